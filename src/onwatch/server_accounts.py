"""Generates the accounts of RabbitMQ and Redis: `python -m onwatch.server_accounts deploy/servers`.

Each service gets an account that can do only what its table of subscriptions, the publishers of the messages, and the
aggregator's commands need. Passwords are variables, which `start-rabbitmq` and `start-redis` fill in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onwatch_aggregator.handlers
import onwatch_catalog.handlers
import onwatch_detector.handlers
import onwatch_gateway.handlers
from onwatch_aggregator.live import RULES
from onwatch_contracts.messages import MESSAGES
from onwatch_runtime.bus import Subscription
from onwatch_runtime.bus.rabbit import Part, Topology, permissions_of, topic_permissions_of

SUBSCRIPTIONS: Mapping[str, Sequence[Subscription[Any]]] = {
    "aggregator": onwatch_aggregator.handlers.SUBSCRIPTIONS,
    "catalog": (
        *onwatch_catalog.handlers.SUBSCRIPTIONS,
        *onwatch_catalog.handlers.DEMAND_SUBSCRIPTIONS,
        *onwatch_catalog.handlers.MQTT_SUBSCRIPTIONS,
        *onwatch_catalog.handlers.MQTT_RUN_SUBSCRIPTIONS,
    ),
    "detector": onwatch_detector.handlers.SUBSCRIPTIONS,
    "gateway": onwatch_gateway.handlers.SUBSCRIPTIONS,
}
"""Of the services on the bus."""

SENDS_FRAMES, RECEIVES_FRAMES = "detector", "gateway"
ADMINISTRATOR = "onwatch"
VIRTUAL_HOST = "/"
EVERYTHING = ".*"


def part_of(service: str) -> Part:
    return Part(
        consumes=[queue for queue, _ in SUBSCRIPTIONS[service]],
        publishes=[message for message in MESSAGES if service in message.publisher.split(", ")],
        sends_frames=service == SENDS_FRAMES,
        receives_frames=service == RECEIVES_FRAMES,
    )


def rabbitmq_definitions(topology: Topology) -> Mapping[str, Any]:
    """Definitions as `rabbitmqctl import_definitions` reads them: accounts, rights, and what all services share."""
    here = {"vhost": VIRTUAL_HOST}
    exchange = {**here, "auto_delete": False, "internal": False, "arguments": {}}
    dead = topology.dead_letters
    permissions: list[dict[str, Any]] = [
        {"user": ADMINISTRATOR, **here, "configure": EVERYTHING, "write": EVERYTHING, "read": EVERYTHING}
    ]
    topics: list[dict[str, Any]] = []
    for service in SUBSCRIPTIONS:
        user, part = {"user": account(service)}, part_of(service)
        permissions.append({**user, **here, **vars(permissions_of(part, topology))})
        topics += ({**user, **here, **vars(topic)} for topic in topic_permissions_of(part, topology))
    return {
        "vhosts": [{"name": VIRTUAL_HOST}],
        "users": [
            {"name": ADMINISTRATOR, "password": "${RABBITMQ_PASSWORD}", "tags": "administrator"},
            *(
                {"name": account(service), "password": f"${{RABBITMQ_{service.upper()}_PASSWORD}}", "tags": ""}
                for service in SUBSCRIPTIONS
            ),
        ],
        "permissions": permissions,
        "topic_permissions": topics,
        "exchanges": [
            {"name": topology.events, "type": "topic", "durable": True, **exchange},
            {"name": topology.frames, "type": "direct", "durable": False, **exchange},
            {"name": dead, "type": "topic", "durable": True, **exchange},
        ],
        "queues": [
            {"name": dead, **here, "durable": True, "auto_delete": False, "arguments": {"x-queue-type": "quorum"}}
        ],
        "bindings": [
            {
                "source": dead,
                **here,
                "destination": dead,
                "destination_type": "queue",
                "routing_key": "#",
                "arguments": {},
            }
        ],
    }


def account(service: str) -> str:
    """The name of the service's user in RabbitMQ and Redis."""
    return f"onwatch-{service}"


def redis_users() -> str:
    """An access control list; the administrator is for `onwatch doctor`."""
    return (
        "user default off\n"
        f"user {ADMINISTRATOR} on >${{REDIS_PASSWORD}} ~* &* +@all\n"
        f"user {account('aggregator')} on >${{REDIS_AGGREGATOR_PASSWORD}} {' '.join(RULES)}\n"
    )


def files() -> Mapping[str, str]:
    """Texts by name of file."""
    definitions = json.dumps(rabbitmq_definitions(Topology()), indent=2)
    return {"rabbitmq-definitions.json": f"{definitions}\n", "redis-users.acl": redis_users()}


if __name__ == "__main__":
    for name, text in files().items():
        Path(sys.argv[1], name).write_text(text, encoding="utf-8")

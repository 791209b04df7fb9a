"""The events of alerts from a real bus to a real MQTT broker, while the broker is away or the catalog restarts."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from onwatch_catalog.handlers import MQTT_SUBSCRIPTIONS
from onwatch_catalog.mqtt.aiomqtt_broker import Access, connected
from onwatch_catalog.mqtt.broker import Broker, BrokerUnavailable
from onwatch_catalog.mqtt.topics import Topics
from onwatch_runtime.bus import subscribed
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.process import looping
from onwatch_testkit.mqtt import MqttObserver, observed
from onwatch_testkit.servers import HOST, MosquittoServer, RabbitServer

TOPICS = Topics("events", "")


class Link:
    """The way to the broker, which a test may cut before it is connected."""

    def __init__(self, port: int) -> None:
        self._access = Access(HOST, port, False, "events")
        self.is_cut = True

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Broker]:
        if self.is_cut:
            raise BrokerUnavailable("the link is cut")
        async with connected(self._access, TOPICS) as broker:
            yield broker


@asynccontextmanager
async def running(publication: Any, bus: RabbitBus, link: Link) -> AsyncIterator[None]:
    """As the catalog runs it."""
    publishing = publication.publishing
    publishing.connect, publishing.topics = link.connect, TOPICS
    publishing.clock = publishing.events.clock = publishing.alerts.clock = SystemClock()
    async with subscribed(bus, MQTT_SUBSCRIPTIONS, publishing), looping(publishing, publishing.alerts):
        yield


@pytest.mark.connected
async def test_no_event_is_lost_while_the_broker_is_away_or_the_catalog_restarts(
    publication: Any, make: Any, rabbit_server: RabbitServer, mosquitto_server: MosquittoServer
) -> None:
    bus, link = RabbitBus(rabbit_server.url, SystemClock(), namespace="mqtt-events"), Link(mosquitto_server.port)
    await bus.open()

    async def publish(change: str, alert_id: str) -> None:
        own = {"occurred_at": SystemClock().now(), "message_id": secrets.token_hex(16)}
        await bus.publish(make.alert_changed(change, alert_id, **own))

    def told(broker: MqttObserver) -> list[tuple[str, str]]:
        events = [json.loads(event) for event in broker.events_at(TOPICS.event(make.video, "r1"))]
        return [(event["change"], event["alert_id"]) for event in events]

    async with observed(mosquitto_server.port) as broker:
        async with running(publication, bus, link):
            await publish("raised", "a1")
            await publish("cleared", "a1")
        await publish("raised", "a2")  # nobody is there
        async with running(publication.restarted(), bus, link):
            await publish("cleared", "a2")
            await publish("cleared", "a2")  # a repeat
            await publish("raised", "a3")
            assert told(broker) == []
            link.is_cut = False
            await broker.until(lambda _: ("raised", "a3") in told(broker), "the newest event")
    await bus.close()
    assert told(broker) == [("raised", "a1"), ("cleared", "a1"), ("raised", "a2"), ("cleared", "a2"), ("raised", "a3")]

"""Publishes each change of an alert as an event: once, soon, or not at all."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

from onwatch_catalog.instruments import Instruments
from onwatch_catalog.mqtt.broker import Broker, BrokerUnavailable
from onwatch_catalog.mqtt.rule_alerts import event
from onwatch_contracts.messages import AlertChangedV1
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

EXPIRY_S = 600.0
"""An automation should not act on what changed longer ago: the state says what is."""
REPEATS_KNOWN = 1000
"""The newest changes that were published; a repeat comes a moment later, if at all."""


@dataclass
class AlertEvents:
    clock: Clock
    instruments: Instruments
    broker: Broker | None = None
    """None: there is no connection now."""
    _published: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=REPEATS_KNOWN))
    """Ids of alerts, with the change."""

    async def publish(self, topic: str, message: AlertChangedV1) -> None:
        """Raises `BrokerUnavailable` until it is published or too old: the bus tries again."""
        change = message.alert_id, message.change
        if change in self._published:
            return
        if self.clock.now() - message.occurred_at > timedelta(seconds=EXPIRY_S):
            log.warning("that alert %s was %s is not published by MQTT: it is too long ago", *change)
            return
        if self.broker is None:
            raise BrokerUnavailable("there is no connection")
        await self.broker.publish_event(topic, event(message))
        self.instruments.mqtt_messages.inc()
        self._published.append(change)

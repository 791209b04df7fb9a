from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from onwatch_catalog.instruments import Instruments
from onwatch_catalog.mqtt.broker import BrokerUnavailable
from onwatch_catalog.mqtt.events import EXPIRY_S, REPEATS_KNOWN, AlertEvents
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.mqtt import MemoryMqtt


@pytest.fixture
def events(clock: FakeClock) -> AlertEvents:
    return AlertEvents(clock, Instruments(CollectorRegistry()))


async def test_without_a_connection_it_is_unavailable_and_with_one_it_is_published(
    events: AlertEvents, topics: Any, make: Any
) -> None:
    with pytest.raises(BrokerUnavailable, match="there is no connection"):
        await events.publish("t", make.alert_changed())
    broker = MemoryMqtt(topics)
    async with broker.connect() as events.broker:
        await events.publish("t", make.alert_changed())
    assert [topic for topic, _ in broker.events] == ["t"]


async def test_one_that_the_broker_did_not_confirm_is_published_again(
    events: AlertEvents, topics: Any, make: Any
) -> None:
    broker = MemoryMqtt(topics)
    async with broker.connect() as events.broker:
        broker.end_connection()
        with pytest.raises(BrokerUnavailable):
            await events.publish("t", make.alert_changed())
    async with broker.connect() as events.broker:
        await events.publish("t", make.alert_changed())
    assert len(broker.events) == 1


async def test_the_newest_changes_are_known(events: AlertEvents, topics: Any, make: Any) -> None:
    broker = MemoryMqtt(topics)
    async with broker.connect() as events.broker:
        for number in range(REPEATS_KNOWN):
            await events.publish("t", make.alert_changed(alert_id=f"a{number}"))
        await events.publish("t", make.alert_changed(alert_id="a0"))
    assert len(broker.events) == REPEATS_KNOWN


async def test_what_is_too_old_is_logged_and_not_published(
    events: AlertEvents, make: Any, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    await clock.advance(EXPIRY_S + 1)
    await events.publish("t", make.alert_changed())

    assert "alert a1 was raised is not published" in caplog.text

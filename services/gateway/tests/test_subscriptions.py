"""The registry of connections."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from onwatch_contracts.channel import State
from onwatch_gateway.connection import CloseCode, Connection
from onwatch_gateway.demand import DemandLedger, NotSubscribed
from onwatch_gateway.frames import FrameLedger
from onwatch_gateway.instruments import Instruments
from onwatch_gateway.subscriptions import Subscriptions
from onwatch_testkit.clock import FakeClock, settle

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Environment:
    """A registry whose change notifications are counted."""

    def __init__(self, instruments: Instruments, max_connections: int = 10) -> None:
        self.ledger = DemandLedger()
        self.changes = 0
        self.instruments = instruments
        self.subscriptions = Subscriptions(
            self.ledger,
            FrameLedger(),
            instruments,
            FakeClock(),
            max_connections=max_connections,
            on_change=(self._changed,),
        )

    def _changed(self) -> None:
        self.changes += 1

    def connect(self, name: str) -> Connection:
        connection = Connection(name, text_capacity=8, instruments=self.instruments)
        self.subscriptions.add(connection)
        return connection


@pytest.fixture
async def environment(instruments: Instruments) -> Environment:
    return Environment(instruments)


async def test_every_change_is_notified(environment: Environment) -> None:
    anna = environment.connect("anna")
    environment.subscriptions.subscribe(anna, "a")
    environment.subscriptions.start(anna, "a", NOON)
    environment.subscriptions.stop(anna, "a")
    environment.subscriptions.unsubscribe(anna, "a")
    environment.subscriptions.remove(anna)
    assert environment.changes == 5


async def test_a_connection_has_at_most_one_subscription_and_is_notified_when_it_ends(environment: Environment) -> None:
    anna = environment.connect("anna")
    environment.subscriptions.subscribe(anna, "a")
    environment.subscriptions.subscribe(anna, "b")
    assert list(anna._texts.values()) == ['{"type":"unsubscribed","video_id":"a"}']
    assert environment.subscriptions.active_subscribers("a") == 0
    assert environment.subscriptions.active_subscribers("b") == 1


async def test_a_connection_can_only_end_its_own_subscription(environment: Environment) -> None:
    anna = environment.connect("anna")
    environment.subscriptions.subscribe(anna, "a")
    with pytest.raises(NotSubscribed):
        environment.subscriptions.unsubscribe(anna, "b")
    assert environment.subscriptions.active_subscribers("a") == 1


async def test_a_frame_without_subscribers_is_skipped(environment: Environment, instruments: Instruments) -> None:
    environment.connect("anna")
    environment.subscriptions.broadcast_frame("a", b"frame")
    assert instruments.broadcasts_skipped._value.get() == 1


async def test_removing_a_connection_twice_has_no_effect(environment: Environment, instruments: Instruments) -> None:
    anna = environment.connect("anna")
    environment.subscriptions.subscribe(anna, "a")
    environment.subscriptions.remove(anna)
    environment.subscriptions.remove(anna)
    assert instruments.viewers._value.get() == 0
    assert environment.ledger.subscribed_videos() == frozenset()
    environment.subscriptions.broadcast(State(video_id="a", state="streaming"))


async def test_connections_are_accepted_up_to_the_limit_and_not_while_closing(instruments: Instruments) -> None:
    environment = Environment(instruments, max_connections=1)
    anna = environment.connect("anna")
    assert not environment.subscriptions.accepts_connections
    environment.subscriptions.remove(anna)
    assert environment.subscriptions.accepts_connections
    environment.subscriptions.end_all()
    assert not environment.subscriptions.accepts_connections


async def test_closing_ends_every_connection_and_waits_for_the_last(environment: Environment) -> None:
    anna, ben = environment.connect("anna"), environment.connect("ben")
    environment.subscriptions.end_all()
    assert (anna.ended.result(), ben.ended.result()) == (CloseCode.SERVICE_RESTART,) * 2
    waiting = asyncio.create_task(environment.subscriptions.until_empty())
    environment.subscriptions.remove(anna)
    await settle()
    assert not waiting.done()
    environment.subscriptions.remove(ben)
    await waiting

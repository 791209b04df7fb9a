"""The registry of connections."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from onwatch_contracts.channel import State
from onwatch_gateway.connection import CloseCode, Connection
from onwatch_gateway.demand import DemandBook, NotSubscribed
from onwatch_gateway.instruments import Instruments
from onwatch_gateway.subscriptions import Subscriptions
from onwatch_testkit.clock import settle

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Room:
    """A registry whose changes are counted, and its connections."""

    def __init__(self, instruments: Instruments, max_connections: int = 10) -> None:
        self.book = DemandBook()
        self.changes = 0
        self.instruments = instruments
        self.subscriptions = Subscriptions(
            self.book, instruments, max_connections=max_connections, changed=(self._changed,)
        )

    def _changed(self) -> None:
        self.changes += 1

    def enter(self, name: str) -> Connection:
        connection = Connection(name, text_capacity=8, instruments=self.instruments)
        self.subscriptions.enter(connection)
        return connection


@pytest.fixture
async def room(instruments: Instruments) -> Room:
    return Room(instruments)


async def test_every_change_is_told(room: Room) -> None:
    anna = room.enter("anna")
    room.subscriptions.subscribe(anna, "a")
    room.subscriptions.start(anna, "a", NOON)
    room.subscriptions.stop(anna, "a")
    room.subscriptions.unsubscribe(anna, "a")
    room.subscriptions.leave(anna)
    assert room.changes == 5


async def test_a_connection_has_at_most_one_subscription_and_is_told_when_one_ends(room: Room) -> None:
    anna = room.enter("anna")
    room.subscriptions.subscribe(anna, "a")
    room.subscriptions.subscribe(anna, "b")
    assert list(anna._texts.values()) == ['{"type":"unsubscribed","video_id":"a"}']
    assert room.subscriptions.active_subscribers("a") == 0
    assert room.subscriptions.active_subscribers("b") == 1


async def test_only_the_own_subscription_can_be_ended(room: Room) -> None:
    anna = room.enter("anna")
    room.subscriptions.subscribe(anna, "a")
    with pytest.raises(NotSubscribed):
        room.subscriptions.unsubscribe(anna, "b")
    assert room.subscriptions.active_subscribers("a") == 1


async def test_a_frame_for_nobody_is_skipped_first_thing(room: Room, instruments: Instruments) -> None:
    room.enter("anna")
    room.subscriptions.broadcast_frame("a", b"frame")
    assert instruments.broadcasts_skipped._value.get() == 1


async def test_leaving_twice_is_the_same_as_once(room: Room, instruments: Instruments) -> None:
    anna = room.enter("anna")
    room.subscriptions.subscribe(anna, "a")
    room.subscriptions.leave(anna)
    room.subscriptions.leave(anna)
    assert instruments.viewers._value.get() == 0
    assert room.book.listened_to() == frozenset()
    room.subscriptions.broadcast_state(State(video_id="a", state="streaming"))


async def test_there_is_room_until_the_limit_and_none_once_closing(instruments: Instruments) -> None:
    room = Room(instruments, max_connections=1)
    anna = room.enter("anna")
    assert not room.subscriptions.has_room
    room.subscriptions.leave(anna)
    assert room.subscriptions.has_room
    room.subscriptions.end_all()
    assert not room.subscriptions.has_room


async def test_closing_ends_every_connection_and_waits_for_the_last(room: Room) -> None:
    anna, ben = room.enter("anna"), room.enter("ben")
    room.subscriptions.end_all()
    assert (anna.ended.result(), ben.ended.result()) == (CloseCode.SERVICE_RESTART,) * 2
    waiting = asyncio.create_task(room.subscriptions.until_empty())
    room.subscriptions.leave(anna)
    await settle()
    assert not waiting.done()
    room.subscriptions.leave(ben)
    await waiting

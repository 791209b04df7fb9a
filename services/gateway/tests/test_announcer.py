"""What the bus hears of this gateway's demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1, Message
from onwatch_gateway.announcer import Announcer
from onwatch_gateway.demand import DemandBook
from onwatch_gateway.instruments import Instruments
from onwatch_runtime.bus import BusUnavailable, Publisher
from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_testkit.clock import FakeClock, settle


class MoodyBus(MemoryBus):
    """Remembers what is published; takes nothing while `is_down`, and waits while `taking` is not set."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.published: list[Message] = []
        self.is_down = False
        self.taking = asyncio.Event()
        self.taking.set()

    async def publish(self, message: Message) -> None:
        await self.taking.wait()
        if self.is_down:
            raise BusUnavailable("no broker")
        self.published.append(message)


class Studio:
    def __init__(self, clock: FakeClock, ids: NewId, instruments: Instruments) -> None:
        self.clock, self.book, self.bus = clock, DemandBook(), MoodyBus(clock)
        publisher = Publisher(self.bus, clock, ids)
        self.announcer = Announcer(
            self.book, publisher, clock, instruments, gateway_id="gateway-1", heartbeat_s=2.0, expiry_s=6.0
        )

    def start(self, viewer: str = "anna", video_id: str = "a") -> None:
        self.book.subscribe(viewer, video_id)
        self.book.start(viewer, video_id, self.clock.now())
        self.announcer.wake()

    def leave(self, viewer: str = "anna") -> None:
        self.book.unsubscribe(viewer)
        self.announcer.wake()

    @property
    def said(self) -> list[str]:
        return [message.name for message in self.bus.published]


@pytest.fixture
async def studio(clock: FakeClock, ids: NewId, instruments: Instruments) -> Studio:
    return Studio(clock, ids, instruments)


@asynccontextmanager
async def running(*jobs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(job) for job in jobs]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_change_is_said_at_once_and_then_with_every_heartbeat(studio: Studio) -> None:
    async with running(studio.announcer.announce(), studio.announcer.beat()):
        studio.start()
        await settle()
        assert studio.said == ["demand.wanted"]
        await studio.clock.advance(6.0)
        assert studio.said == ["demand.wanted"] * 4
        wanted = studio.bus.published[-1]
        assert isinstance(wanted, DemandWantedV1)
        assert (wanted.source_id, wanted.kind, wanted.viewers) == ("gateway-1", "viewers", 1)
        assert (wanted.expires_at - studio.clock.now()).total_seconds() == 6.0
        studio.leave()
        await settle()
        assert isinstance(studio.bus.published[-1], DemandReleasedV1)
        assert studio.bus.published[-1].source_id == "gateway-1"


async def test_a_signal_the_bus_did_not_take_is_repaired_by_the_heartbeat(studio: Studio) -> None:
    async with running(studio.announcer.announce(), studio.announcer.beat()):
        studio.bus.is_down = True
        studio.start()
        await settle()
        assert studio.said == []
        studio.bus.is_down = False
        await studio.clock.advance(2.0)
        assert studio.said == ["demand.wanted"]


async def test_what_changes_while_the_bus_is_slow_ends_with_the_truth(studio: Studio) -> None:
    async with running(studio.announcer.announce()):
        studio.bus.taking.clear()
        studio.start()
        await settle()
        studio.leave()
        studio.start()
        studio.leave()
        await settle()
        studio.bus.taking.set()
        await settle()
        assert studio.said == ["demand.wanted", "demand.released"]


async def test_flushing_waits_for_what_is_being_said(studio: Studio) -> None:
    async with running(studio.announcer.announce()):
        studio.bus.taking.clear()
        studio.start()
        await settle()
        studio.leave()
        flushing = asyncio.create_task(studio.announcer.flush())
        await settle()
        assert not flushing.done()
        studio.bus.taking.set()
        await flushing
        assert studio.said == ["demand.wanted", "demand.released"]

"""Publication of a gateway's demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1, Message
from onwatch_gateway.demand import DemandLedger
from onwatch_gateway.demand_publisher import DemandPublisher
from onwatch_gateway.due_publisher import PUBLISHED_AT_ONCE
from onwatch_gateway.instruments import Instruments
from onwatch_runtime.bus import BusUnavailable, Publisher
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_testkit.clock import FakeClock, settle


class FlakyBus(MemoryBus):
    """Records what is published; refuses messages while `is_down`, and blocks while `is_flowing` is not set."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.published: list[Message] = []
        self.is_down = False
        self.is_flowing = asyncio.Event()
        self.is_flowing.set()

    async def publish(self, message: Message) -> None:
        await self.is_flowing.wait()
        if self.is_down:
            raise BusUnavailable("no broker")
        self.published.append(message)


class Environment:
    def __init__(self, clock: FakeClock, ids: NewId, instruments: Instruments) -> None:
        self.clock, self.ledger, self.bus = clock, DemandLedger(), FlakyBus(clock)
        publisher = Publisher(self.bus, clock, ids)
        self.publisher = DemandPublisher(
            self.ledger, publisher, clock, instruments, gateway_id="gateway-1", heartbeat_s=2.0, expiry_s=6.0
        )

    def start(self, viewer: str = "anna", video_id: str = "a") -> None:
        self.ledger.subscribe(viewer, video_id)
        self.ledger.start(viewer, video_id, self.clock.now())
        self.publisher.wake()

    @property
    def traces(self) -> list[str | None]:
        return [message.traceparent for message in self.bus.published]

    def leave(self, viewer: str = "anna") -> None:
        self.ledger.unsubscribe(viewer)
        self.publisher.wake()

    @property
    def published(self) -> list[str]:
        return [message.name for message in self.bus.published]


@pytest.fixture
async def environment(clock: FakeClock, ids: NewId, instruments: Instruments) -> Environment:
    return Environment(clock, ids, instruments)


@asynccontextmanager
async def running(*jobs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(job) for job in jobs]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_change_is_published_at_once_and_with_every_heartbeat(environment: Environment) -> None:
    async with running(environment.publisher.publish_changes(), environment.publisher.send_heartbeats()):
        environment.start()
        await settle()
        assert environment.published == ["demand.wanted"]
        await environment.clock.advance(6.0)
        assert environment.published == ["demand.wanted"] * 4
        wanted = environment.bus.published[-1]
        assert isinstance(wanted, DemandWantedV1)
        assert (wanted.source_id, wanted.kind, wanted.viewers) == ("gateway-1", "viewers", 1)
        assert (wanted.expires_at - environment.clock.now()).total_seconds() == 6.0
        environment.leave()
        await settle()
        assert isinstance(environment.bus.published[-1], DemandReleasedV1)
        assert environment.bus.published[-1].source_id == "gateway-1"


async def test_a_signal_that_the_bus_refused_is_repaired_by_the_heartbeat(environment: Environment) -> None:
    async with running(environment.publisher.publish_changes(), environment.publisher.send_heartbeats()):
        environment.bus.is_down = True
        environment.start()
        await settle()
        assert environment.published == []
        environment.bus.is_down = False
        await environment.clock.advance(2.0)
        assert environment.published == ["demand.wanted"]


async def test_changes_while_the_bus_is_slow_end_with_the_current_state(environment: Environment) -> None:
    async with running(environment.publisher.publish_changes()):
        environment.bus.is_flowing.clear()
        environment.start()
        await settle()
        environment.leave()
        environment.start()
        environment.leave()
        await settle()
        environment.bus.is_flowing.set()
        await settle()
        assert environment.published == ["demand.wanted", "demand.released"]


async def test_a_flush_waits_for_signals_that_are_being_published(environment: Environment) -> None:
    async with running(environment.publisher.publish_changes()):
        environment.bus.is_flowing.clear()
        environment.start()
        await settle()
        environment.leave()
        flushing = asyncio.create_task(environment.publisher.flush())
        await settle()
        assert not flushing.done()
        environment.bus.is_flowing.set()
        await flushing
        assert environment.published == ["demand.wanted", "demand.released"]


async def test_demand_carries_the_trace_of_its_start_and_repeats_are_not_sampled(environment: Environment):
    begun = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    environment.ledger.subscribe("anna", "a")
    environment.ledger.start("anna", "a", environment.clock.now(), begun)
    await environment.publisher.flush()
    environment.ledger.heartbeat(environment.clock.now())
    await environment.publisher.flush()
    environment.leave()
    await environment.publisher.flush()
    assert environment.traces == [begun, begun[:-2] + "00", None]


async def test_a_signal_does_not_wait_for_those_of_other_videos(environment: Environment) -> None:
    publish = environment.bus.publish

    async def publish_but_a(message: Message) -> None:
        if message.video_id == "a":
            await asyncio.Event().wait()
        await publish(message)

    environment.bus.publish = publish_but_a  # type: ignore[method-assign]  # one video hangs
    async with running(environment.publisher.publish_changes()):
        environment.start("anna", "a")
        environment.start("ben", "b")
        await settle()
        assert [message.video_id for message in environment.bus.published] == ["b"]


async def test_many_signals_take_turns(environment: Environment) -> None:
    publish, under_way, most = environment.bus.publish, 0, 0

    async def publish_and_count(message: Message) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        await publish(message)
        under_way -= 1

    environment.bus.publish = publish_and_count  # type: ignore[method-assign]  # counts calls
    for number in range(3 * PUBLISHED_AT_ONCE):
        environment.start(f"viewer-{number}", f"video-{number}")
    await environment.publisher.flush()
    assert len(environment.bus.published) == 3 * PUBLISHED_AT_ONCE
    assert most == PUBLISHED_AT_ONCE

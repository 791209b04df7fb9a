from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

import pytest_asyncio

from onwatch_runtime.bus import SharedQueue
from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_testkit.bus_suite import EVENTS, POLICY, SHORT_LIVED, TTL_S, BusHarness, BusSuite, Dead, created
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.recorder import FrameRecorder, Recorder


class MemoryHarness(BusHarness):
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.bus = self.memory_bus = MemoryBus(self.clock, POLICY)

    async def inject(self, kind: str, video_id: str, body: bytes) -> None:
        await self.memory_bus.publish_raw(kind, video_id, body)

    async def join(self, *, partitions: int) -> None:
        raise NotImplementedError("nobody else can connect to a bus within a process")

    async def settled(self) -> None:
        await self.memory_bus.settle()

    async def pass_time(self, seconds: float) -> None:
        await self.clock.advance(seconds)

    def monotonic(self) -> float:
        return self.clock.monotonic()

    async def dead_letters(self) -> Sequence[Dead]:
        return [Dead(dead.routing_key, dead.body, dead.reason) for dead in self.memory_bus.dead_letters]


class TestMemoryBus(BusSuite):
    cannot: ClassVar = {
        "test_a_process_with_another_number_of_partitions_cannot_connect": "one process is of one release, and has none"
    }

    @pytest_asyncio.fixture
    async def harness(self) -> AsyncIterator[MemoryHarness]:
        harness = MemoryHarness()
        yield harness
        await harness.bus.close()


async def test_a_frame_without_a_bound_consumer_is_not_carried(memory_bus: MemoryBus):
    await memory_bus.publish_frame("a", b"picture")
    await (await memory_bus.subscribe_frames(FrameRecorder(), capacity=1)).bind("b")
    await memory_bus.publish_frame("a", b"picture")
    assert memory_bus.frames_carried == 0


async def test_a_frame_for_two_consumers_counts_once(memory_bus: MemoryBus):
    recorders = [FrameRecorder(), FrameRecorder()]
    for recorder in recorders:
        await (await memory_bus.subscribe_frames(recorder, capacity=1)).bind("a")
    await memory_bus.publish_frame("a", b"picture")
    for recorder in recorders:
        await recorder.has(1)
    assert memory_bus.frames_carried == 1


async def test_published_messages_are_counted(memory_bus: MemoryBus):
    for number in range(3):
        await memory_bus.publish(created(number))
    assert memory_bus.messages_published == 3


async def test_a_dead_letter_names_its_queue(memory_bus: MemoryBus):
    await memory_bus.subscribe(SharedQueue("aggregator.batches", EVENTS.messages), Recorder())
    await memory_bus.publish_raw("video.created.v1", "a", b"not json")
    await memory_bus.settle()
    assert [dead.queue for dead in memory_bus.dead_letters] == ["aggregator.batches"]


async def test_closing_a_bus_does_not_wait_for_retries(memory_bus: MemoryBus):
    def fail(_: object) -> None:
        raise RuntimeError("no such column")

    recorder = Recorder(fail)
    await memory_bus.subscribe(EVENTS, recorder)
    await memory_bus.publish(created(1))
    await recorder.has_tried(1)
    await memory_bus.close()


async def test_expired_messages_are_dropped_from_a_paused_queue(memory_bus: MemoryBus, clock: FakeClock):
    consumer = await memory_bus.subscribe(SHORT_LIVED, Recorder())
    await consumer.pause()
    for number in range(100):
        await memory_bus.publish(created(number))
        await clock.advance(TTL_S / 2)
    assert len(memory_bus._shared[SHORT_LIVED.name].waiting) <= 2


async def test_settle_returns_when_the_last_consumer_closes(memory_bus: MemoryBus):
    recorder = Recorder(held=True)
    consumer = await memory_bus.subscribe(SharedQueue("one", EVENTS.messages, ordered=True), recorder)
    await memory_bus.publish(created(1))
    await memory_bus.publish(created(2))
    await recorder.has_tried(1)
    recorder.release()
    await consumer.close()
    await memory_bus.settle()
    assert len(recorder.handled) == 1

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest_asyncio
from prometheus_client import CollectorRegistry

from onwatch_contracts.channel import decode_frame
from onwatch_contracts.frame_formats import DEFAULT_FORMAT, FrameFormat
from onwatch_detector.context import RunContext
from onwatch_detector.instruments import Instruments
from onwatch_detector.publish import FramePublisher
from onwatch_detector.read import Frame
from onwatch_detector.settings import DetectorSettings
from onwatch_runtime.bus import Publisher
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.executors import InlineExecutor
from onwatch_testkit.ids import counting_ids


@dataclass
class Run:
    """A run that publishes its frames, and what its viewers received."""

    context: RunContext
    formats: dict[FrameFormat, float] = field(default_factory=lambda: {DEFAULT_FORMAT: math.inf})
    unpaced: bool = False
    unwanted: bool = False
    waits: int = 0
    received: list[int] = field(default_factory=list)
    received_keys: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.frames = FramePublisher(
            self.context,
            "v",
            "run-1",
            self,
            is_unwanted=lambda: self.unwanted,
            while_waiting=self.wait,
            encoder=InlineExecutor(),
        )

    def frame_formats(self, now_s: float) -> dict[FrameFormat, float]:
        return self.formats

    def is_unpaced(self, now_s: float) -> bool:
        return self.unpaced

    async def wait(self) -> None:
        self.waits += 1

    async def receive(self, key: str, body: bytes) -> None:
        self.received_keys.append(key)
        self.received.append(decode_frame(body)[0].frame_number)

    async def publish(self, number: int, timestamp_s: float) -> None:
        black = np.zeros((36, 64, 3), np.uint8)
        await self.frames.publish(Frame(number, timestamp_s, lambda: black, lambda _: black[:, :, 0]), ())


@pytest_asyncio.fixture
async def run(memory_bus: MemoryBus, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Run]:
    settings = DetectorSettings(data_dir=tmp_path, frame_max_fps=10)
    publisher, instruments = Publisher(memory_bus, clock, counting_ids()), Instruments(CollectorRegistry())
    run = Run(RunContext(settings, memory_bus, publisher, clock, instruments, "worker-1", InlineExecutor))
    consumer = await memory_bus.subscribe_frames(run.receive, capacity=10)
    await consumer.bind("v")
    await consumer.bind("v.jpeg.320")
    yield run


async def test_a_frame_is_sent_when_it_is_due(run: Run, clock: FakeClock, memory_bus: MemoryBus) -> None:
    await run.publish(0, 0.0)
    second = asyncio.ensure_future(run.publish(1, 1.0))
    await clock.advance(0.9)
    assert not second.done()
    assert run.waits == 3  # every 0.25 s
    await clock.advance(0.2)
    await second
    await memory_bus.settle()
    assert run.received == [0, 1]


async def test_no_more_frames_are_sent_than_configured(run: Run, clock: FakeClock, memory_bus: MemoryBus) -> None:
    publishing = asyncio.ensure_future(asyncio.wait_for(_all(run, [0.0, 0.05, 0.1, 0.15, 0.2]), timeout=60))
    await clock.advance(1)
    await publishing
    await memory_bus.settle()
    assert run.received == [0, 2, 4]


async def test_without_viewers_frames_are_paced_but_not_sent(run: Run, clock: FakeClock) -> None:
    run.formats = {}
    publishing = asyncio.ensure_future(_all(run, [0.0, 0.5]))
    await clock.advance(0.4)
    assert not publishing.done()
    await clock.advance(0.2)
    await publishing
    assert run.received == []


async def test_each_format_is_sent_at_its_own_rate_and_the_smallest_first(
    run: Run, clock: FakeClock, memory_bus: MemoryBus
) -> None:
    run.formats = {DEFAULT_FORMAT: 1.0, FrameFormat(largest_side=320): 5.0}
    publishing = asyncio.ensure_future(_all(run, [0.0, 0.1, 0.2, 0.5, 1.0]))
    await clock.advance(2)
    await publishing
    await memory_bus.settle()
    assert run.received_keys == ["v.jpeg.320", "v", "v.jpeg.320", "v.jpeg.320", "v.jpeg.320", "v"]
    assert run.received == [0, 0, 2, 3, 4, 4]


async def test_a_format_that_nobody_wants_any_more_is_not_sent(run: Run, clock: FakeClock) -> None:
    run.formats = {FrameFormat(largest_side=320): math.inf}
    await run.publish(0, 0.0)
    run.formats = {DEFAULT_FORMAT: math.inf}
    publishing = asyncio.ensure_future(run.publish(1, 0.2))
    await clock.advance(1)
    await publishing
    assert run.received_keys == ["v.jpeg.320", "v"]


async def test_an_unpaced_run_does_not_wait(run: Run, clock: FakeClock) -> None:
    run.unpaced = True
    await _all(run, [0.0, 60.0])
    assert clock.monotonic() == 0


async def test_an_unwanted_run_does_not_wait(run: Run, clock: FakeClock) -> None:
    await run.publish(0, 0.0)
    run.unwanted = True
    await run.publish(1, 60.0)
    assert clock.monotonic() == 0


async def _all(run: Run, timestamps_s: list[float]) -> None:
    for number, timestamp_s in enumerate(timestamps_s):
        await run.publish(number, timestamp_s)

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from onwatch_detector.detect.engines import Engine, ModelUnusable
from onwatch_detector.detect.models.engine_cache import EngineCache
from onwatch_testkit.blob_engine import BlobEngine
from onwatch_testkit.clock import FakeClock


async def nothing() -> None:
    """A notice that does nothing."""


async def test_the_engine_is_opened_once_for_all_runs(clock: FakeClock) -> None:
    opened: list[Engine] = []

    def open_engine() -> Engine:
        opened.append(BlobEngine())
        return opened[-1]

    engines = EngineCache(open_engine, clock, notice_interval_s=1.0)
    first, second = await asyncio.gather(engines.engine(nothing), engines.engine(nothing))
    assert first is second
    assert len(opened) == 1


async def test_a_slow_load_is_announced_at_once_and_every_second(clock: FakeClock) -> None:
    may_open = threading.Event()
    notices: list[float] = []

    def open_engine() -> Engine:
        assert may_open.wait(60), "the test did not end the loading"
        return BlobEngine()

    async def notice() -> None:
        notices.append(clock.monotonic())

    engines = EngineCache(open_engine, clock, notice_interval_s=1.0)
    loading = asyncio.create_task(engines.engine(notice))
    await clock.advance(2.5)
    may_open.set()
    await loading
    assert notices == [0.0, 1.0, 2.0]


async def test_a_failure_is_raised_and_the_next_run_tries_again(clock: FakeClock) -> None:
    answers: list[Engine | Exception] = [ModelUnusable(Path("m.onnx"), "there is no such file"), BlobEngine()]

    def open_engine() -> Engine:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    engines = EngineCache(open_engine, clock, notice_interval_s=1.0)
    with pytest.raises(ModelUnusable, match="no such file"):
        await engines.engine(nothing)
    assert (await engines.engine(nothing)).name == "blobs"

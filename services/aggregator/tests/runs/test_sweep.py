from __future__ import annotations

import asyncio
from typing import Any

import pytest

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.live.store import LiveStore
from onwatch_aggregator.results.store import ResultsStore
from onwatch_aggregator.runs.deletion import Deletion
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.retention import LogRetention
from onwatch_aggregator.runs.sweep import Sweep
from onwatch_runtime.process import looping
from onwatch_testkit.clock import FakeClock, until

INTERVAL_S = 30.0


@pytest.fixture
def retention(results: ResultsStore, clock: FakeClock) -> LogRetention:
    return LogRetention(results, clock, retention_s=0.0)


async def record_final_run(scene: Any, live: LiveStore, clock: FakeClock) -> None:
    run = await scene.finished()
    await live.add_finishing("video", run.run_id, clock.now())


async def test_a_run_that_is_overdue_is_announced_each_time(
    finishing: Finishing,
    deletion: Deletion,
    retention: LogRetention,
    live: LiveStore,
    clock: FakeClock,
    scene: Any,
    published: Any,
):
    await record_final_run(scene, live, clock)
    async with looping(Sweep(finishing, deletion, retention, clock, INTERVAL_S)):
        await until(clock, lambda: published.names == ["video.finished"] * 2, "two announcements", step_s=1.0)
        assert clock.monotonic() >= 2 * INTERVAL_S


@pytest.mark.parametrize("error", [StoreUnavailable(OSError("refused"), "Redis"), ArithmeticError("unforeseen")])
async def test_a_failure_does_not_end_the_sweep(
    finishing: Finishing,
    deletion: Deletion,
    retention: LogRetention,
    live: LiveStore,
    clock: FakeClock,
    scene: Any,
    published: Any,
    error: Exception,
):
    await record_final_run(scene, live, clock)
    published.failing = error
    async with looping(Sweep(finishing, deletion, retention, clock, INTERVAL_S)):
        await until(clock, lambda: published.failing is None, "the failure", step_s=0.25)
        await until(clock, lambda: published.names == ["video.finished"], "an announcement after it", step_s=0.25)


async def test_a_sweep_between_two_rounds_ends_at_once(
    finishing: Finishing, deletion: Deletion, retention: LogRetention, clock: FakeClock
):
    sweep = Sweep(finishing, deletion, retention, clock, INTERVAL_S)
    running = asyncio.create_task(sweep.run())
    await clock.advance(1.0)
    sweep.wake_up.close()
    await running
    assert clock.monotonic() == 1.0

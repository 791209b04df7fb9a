from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from onwatch_aggregator.handlers import SUBSCRIPTIONS, Handlers
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_contracts.messages import VideoDeletedV1, VideoFinishedV1
from onwatch_contracts.samples import SITE_COUNTS
from onwatch_runtime.bus import BusUnavailable, Reject
from onwatch_testkit.clock import FakeClock


def deleted(clock: FakeClock) -> VideoDeletedV1:
    return VideoDeletedV1(message_id="m", occurred_at=clock.now(), video_id="video")


async def test_a_batch_is_answered_with_the_totals_after_it(handlers: Handlers, scene: Any, published: Any):
    run = await scene.claim()
    for batch in scene.batches(run)[:2]:
        await handlers.on_batch(batch)
    assert published.names == ["metrics.committed"] * 2
    committed = published.messages[-1]
    assert (committed.run_id, committed.epoch, committed.batch_no) == (run.run_id, run.epoch, 2)
    assert (committed.totals.total_vehicles_count, committed.totals.current_vehicles_count) == (2, 1)
    assert committed.coverage.fraction == 0.05


async def test_a_repeat_is_answered_with_the_newest_batch(handlers: Handlers, scene: Any, published: Any):
    run = await scene.claim()
    first, second, *_ = scene.batches(run)
    for batch in (first, second, first):
        await handlers.on_batch(batch)
    assert [message.batch_no for message in published.messages] == [1, 2, 2]
    assert published.messages[1].totals == published.messages[2].totals


async def test_counts_of_zones_and_gates_are_published_after_a_batch_that_has_them(
    handlers: Handlers, scene: Any, published: Any
):
    run = await scene.claim()
    first, second, *_ = scene.batches(run, site_counts=SITE_COUNTS)
    for batch in (first, second, first):
        await handlers.on_batch(batch)
    assert published.names == ["counts.committed", "metrics.committed"] * 3
    counts = published.messages[::2]
    assert [(one.run_id, one.epoch, one.batch_no) for one in counts] == [(run.run_id, run.epoch, n) for n in (1, 2, 2)]
    assert [one.counts for one in counts] == [SITE_COUNTS] * 3


async def test_a_batch_that_cannot_be_committed_is_answered_with_the_reason(
    handlers: Handlers, scene: Any, published: Any, make: Any
):
    run = await scene.claim()
    await handlers.on_batch(make.batch(run, 2))
    (rejected,) = published.messages
    assert (rejected.name, rejected.reason) == ("metrics.rejected", "gap")
    assert (rejected.run_id, rejected.epoch, rejected.batch_no) == (run.run_id, run.epoch, 2)


async def test_an_impossible_batch_is_dead_lettered_with_its_reason(handlers: Handlers, scene: Any, make: Any):
    run = await scene.claim()
    with pytest.raises(Reject, match=r"batch 1 of run run-1, epoch .*: visit 7:1:roi left without having entered"):
        await handlers.on_batch(make.batch(run, 1, make.left(7, 0.1, 0.2)))


async def test_the_final_batch_announces_the_finish(handlers: Handlers, scene: Any, published: Any):
    run = await scene.claim()
    for batch in scene.batches(run):
        await handlers.on_batch(batch)
    assert published.names == ["metrics.committed"] * 4 + ["video.finished"]
    assert published.messages[-1].run_id == run.run_id


@pytest.mark.parametrize("published_before_the_crash", [0, 1])
async def test_a_crash_after_the_final_commit_still_announces_the_finish(
    handlers: Handlers, scene: Any, published: Any, published_before_the_crash: int, around: Any
):
    async def crash() -> None:
        raise BusUnavailable("the broker is unavailable")

    run = await scene.claim()
    *earlier, final = scene.batches(run)
    await scene.commit(earlier)
    if published_before_the_crash:
        crashing = replace(handlers, live=around(handlers.live, "add_finishing", "before", crash))
    else:
        published.failing, crashing = BusUnavailable("the broker is unavailable"), handlers
    with pytest.raises(BusUnavailable):
        await crashing.on_batch(final)
    assert len(published.messages) == published_before_the_crash
    await handlers.on_batch(final)
    assert published.names[-2:] == ["metrics.committed", "video.finished"]


async def test_a_final_run_is_recorded_before_it_is_announced(
    handlers: Handlers, live: RedisLiveStore, scene: Any, clock: FakeClock
):
    run = await scene.claim()
    for batch in scene.batches(run):
        await handlers.on_batch(batch)
    await clock.advance(0.1)
    assert await live.finishing_before(clock.now()) == [("video", run.run_id)]


async def test_a_finished_run_is_moved_to_sql(
    handlers: Handlers, results: SqlResultsStore, scene: Any, clock: FakeClock
):
    run = await scene.finished()
    message = VideoFinishedV1(message_id="m", occurred_at=clock.now(), video_id="video", run_id=run.run_id)
    await handlers.on_finished(message)
    await handlers.on_finished(message)
    assert len(await results.runs("video", limit=10)) == 1


async def test_a_deleted_video_loses_its_live_state_and_its_results(
    handlers: Handlers, live: RedisLiveStore, results: SqlResultsStore, scene: Any, clock: FakeClock
):
    run = await scene.finished()
    await handlers.finishing.finish("video", run.run_id)
    await clock.advance(1.0)
    await scene.claim(new_run_id="run-2")
    await handlers.on_deleted(deleted(clock))
    await handlers.on_deleted(deleted(clock))
    assert await live.run("video") is None
    assert await results.runs("video", limit=10) == ()


async def test_batches_of_a_deleted_video_are_rejected(
    handlers: Handlers, scene: Any, published: Any, clock: FakeClock
):
    run = await scene.claim()
    await handlers.on_deleted(deleted(clock))
    await handlers.on_batch(scene.batches(run)[0])
    assert [(message.name, message.reason) for message in published.messages] == [("metrics.rejected", "unknown_run")]


async def test_outcomes_are_counted(handlers: Handlers, scene: Any):
    registry = CollectorRegistry()
    counting = replace(handlers, instruments=Instruments(registry))
    run = await scene.claim()
    first, _, third, _ = scene.batches(run)
    for batch in (first, first, third):
        await counting.on_batch(batch)
    for outcome in ("applied", "repeat", "gap"):
        assert registry.get_sample_value("onwatch_aggregator_batches_total", {"outcome": outcome}) == 1


def test_batches_of_a_video_are_handled_in_order():
    ordered = {queue.name for queue, _ in SUBSCRIPTIONS if queue.ordered}
    assert ordered == {"aggregator.batches"}

"""Claims, on fakeredis and on Redis."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from onwatch_aggregator.live.live_run import RunState
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.live.store import Granted, Refused, Rejected
from onwatch_contracts.http import ClaimRefusal
from onwatch_contracts.values import RunSettings
from onwatch_testkit.clock import FakeClock

LEASE_S = 3.0
PATIENCE_S = 60.0


# --- claim ---------------------------------------------------------------------------------------


async def test_the_first_claim_starts_a_run(live: RedisLiveStore, clock: FakeClock, make: Any):
    granted = await live.claim(make.attempt(clock.now()))
    assert isinstance(granted, Granted)
    assert (granted.run_id, granted.next_batch_no, granted.checkpoint) == ("run-1", 1, None)
    assert granted.settings == make.settings
    run = await live.run("video")
    assert (run.state, run.batch_no, run.record.started_at) == (RunState.ACTIVE, 0, clock.now())


async def test_a_live_lease_refuses_everybody(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    await scene.claim()
    await clock.advance(1.0)
    for worker_id in ("worker-1", "worker-2"):
        refused = await live.claim(make.attempt(clock.now(), worker_id=worker_id, new_run_id="run-2"))
        assert refused == Refused(ClaimRefusal.LEASED, holder="worker-1", lease_left_s=LEASE_S - 1.0)


async def test_of_two_claims_at_once_one_is_granted(live: RedisLiveStore, clock: FakeClock, make: Any):
    attempts = [make.attempt(clock.now(), worker_id=f"w{n}", new_run_id=f"run-{n}") for n in range(8)]
    answers = await asyncio.gather(*map(live.claim, attempts))
    assert sum(isinstance(answer, Granted) for answer in answers) == 1


async def test_a_run_whose_lease_ended_is_resumed_with_a_greater_epoch(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    first = await scene.claim()
    await live.commit(make.batch(first, 1, make.entered(1, 0.1)), clock.now())
    await clock.advance(LEASE_S)
    other = RunSettings(duration_s=99.0, frames_per_second=5.0, detector_model=make.settings.detector_model)
    again = await scene.claim(worker_id="worker-2", new_run_id="run-2", settings=other)
    assert (again.run_id, again.next_batch_no, again.settings) == ("run-1", 2, make.settings)
    assert again.checkpoint == make.batch(first, 1).checkpoint
    assert again.epoch > first.epoch
    assert (await live.run("video")).record.totals.total_vehicles_count == 1


async def assert_begun_discarding(live: RedisLiveStore, again: Granted, first: Granted) -> None:
    assert (again.run_id, again.next_batch_no, again.checkpoint) == ("run-2", 1, None)
    assert again.epoch > first.epoch
    run, rows = await live.run_with_vehicles("video")
    assert (run.record.run_id, run.state, run.record.settings) == ("run-2", RunState.ACTIVE, again.settings)
    assert (run.record.totals.total_vehicles_count, run.record.analysed_s, rows) == (0, 0.0, ())


async def test_a_run_of_another_model_is_replaced_by_a_new_run(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    first = await scene.claim()
    await live.commit(make.batch(first, 1, make.entered(1, 0.1)), clock.now())
    other = make.settings.model_copy(update={"detector_model": "other"})
    refused = await live.claim(make.attempt(clock.now(), worker_id="worker-2", new_run_id="run-2", settings=other))
    assert refused == Refused(ClaimRefusal.LEASED, holder="worker-1", lease_left_s=LEASE_S)
    await clock.advance(LEASE_S)
    again = await scene.claim(worker_id="worker-2", new_run_id="run-2", settings=other)
    assert again.settings == other
    await assert_begun_discarding(live, again, first)
    assert await live.commit(make.batch(first, 2), clock.now()) == Rejected("unknown_run")


async def test_a_run_of_a_model_that_the_worker_accepts_is_resumed_unchanged(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    first = await scene.claim()
    await clock.advance(LEASE_S)
    other = make.settings.model_copy(update={"detector_model": "other"})
    also = ("third", make.settings.detector_model)
    again = await scene.claim(worker_id="worker-2", new_run_id="run-2", settings=other, also_resumes=also)
    assert (again.run_id, again.settings) == (first.run_id, make.settings)


async def test_a_run_that_its_worker_discards_is_replaced_at_once(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    first = await scene.claim()
    await live.commit(make.batch(first, 1, make.entered(1, 0.1)), clock.now())
    discarding = {"new_run_id": "run-2", "discard_run_id": "run-1"}
    refused = await live.claim(make.attempt(clock.now(), worker_id="worker-2", **discarding))
    assert refused == Refused(ClaimRefusal.LEASED, holder="worker-1", lease_left_s=LEASE_S)
    await assert_begun_discarding(live, await scene.claim(**discarding), first)


async def test_a_run_that_was_released_may_be_discarded_by_another_worker(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    first = await scene.claim()
    await live.commit(make.batch(first, 1, make.entered(1, 0.1), releases=True), clock.now())
    again = await scene.claim(worker_id="worker-2", new_run_id="run-2", discard_run_id="run-1")
    await assert_begun_discarding(live, again, first)


async def test_discarding_a_run_that_no_longer_exists_discards_nothing(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    first = await scene.claim()
    await live.commit(make.batch(first, 1, make.entered(1, 0.1), releases=True), clock.now())
    again = await scene.claim(new_run_id="run-2", discard_run_id="run-0")
    assert (again.run_id, again.next_batch_no) == ("run-1", 2)


async def test_a_final_run_cannot_be_discarded(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    run = await scene.finished()
    refused = await live.claim(make.attempt(clock.now(), new_run_id="run-2", discard_run_id=run.run_id))
    assert refused == Refused(ClaimRefusal.FINISHING)


async def test_a_lease_that_ends_too_far_ahead_has_ended(live: RedisLiveStore, clock: FakeClock, make: Any):
    an_hour_ahead = clock.now() + timedelta(hours=1)
    first = await live.claim(make.attempt(an_hour_ahead))
    second = await live.claim(make.attempt(clock.now()))
    assert isinstance(first, Granted)
    assert isinstance(second, Granted)
    assert second.epoch > first.epoch


async def test_a_lease_stands_where_the_clocks_of_two_aggregators_differ_a_little(
    live: RedisLiveStore, clock: FakeClock, make: Any
):
    await live.claim(make.attempt(clock.now() + timedelta(milliseconds=20)))
    assert isinstance(await live.claim(make.attempt(clock.now())), Refused)


async def test_an_epoch_that_redis_lost_is_not_granted_again(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any
):
    lost = await scene.claim()
    await redis.flushdb()
    await clock.advance(0.5)
    assert (await scene.claim()).epoch > lost.epoch


async def test_a_final_run_not_in_sql_refuses_a_claim(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    await scene.finished()
    refused = await live.claim(make.attempt(clock.now(), new_run_id="run-2"))
    assert refused == Refused(ClaimRefusal.FINISHING)


async def test_demand_that_began_before_the_run_finished_is_answered(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    run = await scene.finished()
    finished_at = clock.now()
    await live.mark_persisted("video", run.run_id, None)
    await clock.advance(5.0)
    attempt = make.attempt(clock.now(), requested_at=finished_at, new_run_id="run-2")
    assert await live.claim(attempt) == Refused(ClaimRefusal.FINISHED)


async def test_demand_that_began_after_the_run_finished_starts_a_new_one(
    live: RedisLiveStore, clock: FakeClock, scene: Any
):
    run = await scene.finished()
    await live.mark_persisted("video", run.run_id, None)
    await clock.advance(0.001)
    again = await scene.claim(new_run_id="run-2")
    assert (again.run_id, again.next_batch_no, again.checkpoint) == ("run-2", 1, None)
    assert again.epoch > run.epoch
    _, rows = await live.run_with_vehicles("video")
    assert rows == ()


async def test_a_run_in_sql_answers_demand_when_redis_was_emptied(live: RedisLiveStore, clock: FakeClock, make: Any):
    stored = {"stored_run_id": "run-0", "stored_finished_at": clock.now()}
    refused = await live.claim(make.attempt(clock.now(), **stored))
    assert refused == Refused(ClaimRefusal.FINISHED)
    later = clock.now() + timedelta(microseconds=1)
    assert isinstance(await live.claim(make.attempt(later, **stored)), Granted)


@pytest.mark.parametrize("batches_kept", [3, 4])
async def test_a_run_that_sql_has_is_not_run_again_though_redis_lost_its_end(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any, batches_kept: int
):
    run = await scene.claim()
    await scene.commit(scene.batches(run)[:batches_kept])
    await clock.advance(LEASE_S)
    stored = {"stored_run_id": run.run_id, "stored_finished_at": clock.now()}
    refused = await live.claim(make.attempt(clock.now(), **stored))
    assert refused == Refused(ClaimRefusal.FINISHED)
    assert (await live.run("video")).state is RunState.PERSISTED


async def test_videos_do_not_know_each_other(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    run = await scene.claim()
    other = await scene.claim(video_id="other", new_run_id="run-2")
    await scene.commit([make.batch(run, 1, make.entered(1, 0.1))])
    assert (await live.run("other")).record.totals.total_vehicles_count == 0
    assert other.run_id == "run-2"

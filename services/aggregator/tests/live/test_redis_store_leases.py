"""Expired leases and their fencing, on fakeredis and on Redis."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from onwatch_aggregator.live.keys import LEASES, VideoKeys
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.live.store import (
    Committed,
    Granted,
    Lease,
    LeaseEnded,
    LeaseExpired,
    LeaseHeld,
    LeaseState,
    Rejected,
    RunUnknown,
)
from onwatch_testkit.clock import FakeClock

LEASE_S = 3.0


def lease_of(run: Granted) -> Lease:
    return Lease("video", run.epoch)


async def expire(live: RedisLiveStore, lease: Lease, clock: FakeClock, margin_s: float = 0.0) -> LeaseState:
    return await live.expire_lease(lease, clock.now(), clock.now() - timedelta(seconds=margin_s))


async def lease_until(live: RedisLiveStore) -> datetime:
    return (await live.run("video")).lease_until


async def test_a_granted_claim_is_tracked_until_it_is_untracked(live: RedisLiveStore, make: Any, clock: FakeClock):
    run = await live.claim(make.attempt(clock.now()))
    await live.claim(make.attempt(clock.now(), worker_id="worker-2"))  # refused
    assert await live.leases() == {lease_of(run)}
    await live.untrack_lease(lease_of(run))
    assert await live.leases() == set()


async def test_the_tracked_leases_expire_from_redis(live: RedisLiveStore, redis: Redis, scene: Any):
    await scene.claim()
    assert await redis.ttl(LEASES) > 0


async def test_a_lease_is_held_until_it_has_been_over_for_the_margin(
    live: RedisLiveStore, make: Any, scene: Any, clock: FakeClock
):
    run = await scene.claim()
    await scene.commit([make.batch(run, 1, position_s=0.25)])
    until = clock.now() + timedelta(seconds=LEASE_S)
    await clock.advance(LEASE_S + 6.999999)
    assert await expire(live, lease_of(run), clock, 7.0) == LeaseHeld(run.epoch, run.run_id, 0.25, until)
    await clock.advance(0.000001)
    assert await expire(live, lease_of(run), clock, 7.0) == LeaseExpired(run.run_id, 0.25)


async def test_a_commit_renews_the_lease_until_it_is_expired(
    live: RedisLiveStore, make: Any, scene: Any, clock: FakeClock
):
    run = await scene.claim()
    await clock.advance(LEASE_S + 5)
    assert isinstance(await live.commit(make.batch(run, 1), clock.now()), Committed), "nobody else has the run"
    await clock.advance(LEASE_S - 0.1)
    assert isinstance(await expire(live, lease_of(run), clock), LeaseHeld)


async def test_no_batch_of_an_expired_lease_is_applied(
    live: RedisLiveStore, make: Any, scene: Any, clock: FakeClock, redis: Redis, everything: Any
):
    run = await scene.claim()
    await scene.commit([make.batch(run, 1, make.entered(1, 0.1))])
    await clock.advance(LEASE_S)
    assert isinstance(await expire(live, lease_of(run), clock), LeaseExpired)
    before = await everything(redis)
    for batch_no in (1, 2):
        assert await live.commit(make.batch(run, batch_no), clock.now()) == Rejected("stale_epoch")
    assert await everything(redis) == before


async def test_an_expired_run_is_resumed_where_it_last_committed_with_a_greater_epoch(
    live: RedisLiveStore, make: Any, scene: Any, clock: FakeClock
):
    run = await scene.claim()
    await scene.commit([make.batch(run, 1, make.entered(1, 0.1))])
    await clock.advance(LEASE_S)
    await expire(live, lease_of(run), clock)
    fence = (await live.run("video")).epoch
    resumed = await scene.claim(worker_id="worker-2")
    assert (resumed.run_id, resumed.next_batch_no) == (run.run_id, 2)
    assert run.epoch < fence < resumed.epoch
    assert isinstance(await live.commit(make.batch(resumed, 2), clock.now()), Committed)


async def test_an_epoch_after_a_fence_is_no_less_than_the_clock(
    live: RedisLiveStore, redis: Redis, scene: Any, clock: FakeClock
):
    run = await scene.claim()
    await redis.delete(VideoKeys("video").epoch)  # expires before the run does
    await clock.advance(LEASE_S)
    await expire(live, lease_of(run), clock)
    assert (await live.run("video")).epoch == int(clock.now().timestamp() * 1000)
    assert await redis.ttl(VideoKeys("video").epoch) > 0


async def test_an_expired_lease_is_answered_as_expired_each_time(live: RedisLiveStore, scene: Any, clock: FakeClock):
    run = await scene.claim()
    await clock.advance(LEASE_S)
    first = await expire(live, lease_of(run), clock)
    fenced = await live.run("video")
    await clock.advance(1.0)
    assert await expire(live, lease_of(run), clock, margin_s=1000.0) == first == LeaseExpired(run.run_id, 0.0)
    assert await live.run("video") == fenced
    await scene.claim(worker_id="worker-2")
    assert await expire(live, lease_of(run), clock) == first, "the next worker has the run; the loss may be unpublished"


async def test_of_two_sweeps_at_once_both_learn_of_the_loss_and_one_fences(
    live: RedisLiveStore, scene: Any, clock: FakeClock
):
    run = await scene.claim()
    await clock.advance(LEASE_S)
    answers = await asyncio.gather(*(expire(live, lease_of(run), clock) for _ in range(2)))
    assert answers == [LeaseExpired(run.run_id, 0.0)] * 2
    assert (await live.run("video")).epoch in (run.epoch + 1, int(clock.now().timestamp() * 1000))


async def test_a_released_run_a_final_run_and_a_deleted_video_have_no_lease(
    live: RedisLiveStore, make: Any, scene: Any, clock: FakeClock
):
    released = await scene.claim()
    await scene.commit([make.batch(released, 1, releases=True)])
    await clock.advance(LEASE_S)
    assert await expire(live, lease_of(released), clock) == LeaseEnded()
    final = await scene.claim()
    await scene.commit([make.batch(final, 2, final=True)])
    await clock.advance(LEASE_S)
    assert await expire(live, lease_of(final), clock) == LeaseEnded()
    await live.mark_persisted("video", final.run_id, None)
    assert await expire(live, lease_of(final), clock) == LeaseEnded()
    await live.delete("video")
    assert await expire(live, lease_of(final), clock) == LeaseEnded()


async def test_a_lease_after_which_the_run_was_claimed_again_names_the_newest_epoch(
    live: RedisLiveStore, scene: Any, clock: FakeClock
):
    first = await scene.claim()
    await clock.advance(LEASE_S)
    second = await scene.claim(worker_id="worker-2")
    await clock.advance(100.0)
    held = await expire(live, lease_of(first), clock)
    assert isinstance(held, LeaseHeld)
    assert held.epoch == second.epoch
    assert isinstance(await expire(live, lease_of(second), clock), LeaseExpired)


async def test_a_run_that_redis_lost_is_unknown(live: RedisLiveStore, redis: Redis, scene: Any, clock: FakeClock):
    run = await scene.claim()
    await redis.flushdb()
    await clock.advance(LEASE_S)
    assert await expire(live, lease_of(run), clock) == RunUnknown()
    assert await redis.keys("*") == []


async def test_a_lease_that_redis_lost_with_its_last_second_is_unknown(
    live: RedisLiveStore, redis: Redis, make: Any, scene: Any, clock: FakeClock
):
    released = await scene.claim()
    await scene.commit([make.batch(released, 1, releases=True)])
    before = {key: await redis.dump(key) for key in await redis.keys("*")}
    await clock.advance(1.0)
    run = await scene.claim()
    await redis.flushdb()
    for key, value in before.items():
        await redis.restore(key, 600_000, value)
    assert await expire(live, lease_of(run), clock) == RunUnknown()


async def test_after_the_clock_was_set_back_a_lease_lasts_its_whole_time_from_now(
    live: RedisLiveStore, make: Any, clock: FakeClock
):
    run = await live.claim(make.attempt(clock.now() + timedelta(hours=1)))
    held = await expire(live, lease_of(run), clock)
    assert isinstance(held, LeaseHeld)
    assert held.until == await lease_until(live) == clock.now() + timedelta(seconds=LEASE_S)
    await clock.advance(LEASE_S)
    assert isinstance(await expire(live, lease_of(run), clock), LeaseExpired)

"""The watch over leases: when a run is lost, and that its loss is published whatever crashes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.live.store import Granted, Lease, Rejected
from onwatch_aggregator.runs.leases import CommitPath, LeaseWatch
from onwatch_contracts.messages import RunLostV1
from onwatch_runtime.bus import BusUnavailable, Publisher
from onwatch_runtime.process import looping
from onwatch_testkit.clock import FakeClock, until

LEASE_S, LOST_AFTER_S = 3.0, 7.0
WHOLE_S = LEASE_S + LOST_AFTER_S


# --- the commit path: rules without I/O ------------------------------------------------------------


@pytest.fixture
def path() -> CommitPath:
    return CommitPath(grace_s=10.0, longest_gap_s=7.0, checked_at_s=0.0, intact_since_s=0.0)


def test_after_a_start_every_run_gets_its_whole_time(path: CommitPath):
    assert [path.check(now_s) for now_s in (0.0, 5.0, 9.9, 10.0)] == [False, False, False, True]


def test_after_an_interruption_every_run_gets_its_whole_time_once_more(path: CommitPath):
    path.check(6.0)
    path.interrupt(8.0)
    assert [path.check(now_s) for now_s in (12.0, 17.9, 18.0)] == [False, False, True]


def test_a_late_check_is_an_interruption(path: CommitPath):
    assert [path.check(now_s) for now_s in (5.0, 12.0)] == [False, True]
    assert [path.check(now_s) for now_s in (19.1, 25.0, 29.2)] == [False, False, True]


# --- the watch -------------------------------------------------------------------------------------


@pytest.fixture
def new_watch(live: RedisLiveStore, publisher: Publisher, clock: FakeClock) -> Callable[[], LeaseWatch]:
    """One for each aggregator."""
    return lambda: LeaseWatch.starting(
        live, publisher, clock, Instruments(CollectorRegistry()), lease_s=LEASE_S, lost_after_s=LOST_AFTER_S
    )


@pytest.fixture
def watch(new_watch: Callable[[], LeaseWatch]) -> LeaseWatch:
    return new_watch()


async def pass_time(clock: FakeClock, seconds: float, *watches: LeaseWatch) -> None:
    """Check once a second, first now."""
    for _ in range(round(seconds)):
        for watch in watches:
            await watch.check()
        await clock.advance(1.0)
    for watch in watches:
        await watch.check()


def lost(published: Any) -> list[tuple[str, str, int, float]]:
    return [
        (message.video_id, message.run_id, message.epoch, message.position_s)
        for message in published.messages
        if isinstance(message, RunLostV1)
    ]


def loss_of(run: Granted, position_s: float = 0.0) -> tuple[str, str, int, float]:
    return "video", run.run_id, run.epoch, position_s


async def test_a_run_whose_worker_commits_no_more_is_lost_once(
    watch: LeaseWatch, live: RedisLiveStore, scene: Any, make: Any, published: Any, clock: FakeClock
):
    await pass_time(clock, WHOLE_S, watch)
    run = await scene.claim()
    await pass_time(clock, 2, watch)
    await scene.commit([make.batch(run, 1, position_s=1.5)])
    await pass_time(clock, WHOLE_S - 1, watch)
    assert lost(published) == []
    await pass_time(clock, 5, watch)
    assert lost(published) == [loss_of(run, 1.5)]
    assert await live.leases() == set()
    assert await live.commit(make.batch(run, 2), clock.now()) == Rejected("stale_epoch")
    assert watch.instruments.leases_expired._value.get() == 1


async def test_a_run_that_commits_is_not_lost(
    watch: LeaseWatch, scene: Any, make: Any, published: Any, clock: FakeClock, live: RedisLiveStore
):
    run = await scene.claim()
    for batch_no in range(1, 5):
        await pass_time(clock, WHOLE_S - 1, watch)
        await scene.commit([make.batch(run, batch_no)])
    assert lost(published) == []
    assert await live.leases() == {Lease("video", run.epoch)}


@pytest.mark.parametrize("ended_by", ["release", "final batch", "deletion"])
async def test_a_run_that_ended_properly_is_not_lost(
    watch: LeaseWatch, scene: Any, make: Any, published: Any, clock: FakeClock, live: RedisLiveStore, ended_by: str
):
    await pass_time(clock, WHOLE_S, watch)
    run = await scene.claim()
    match ended_by:
        case "release":
            await scene.commit([make.batch(run, 1, releases=True)])
        case "final batch":
            await scene.commit([make.batch(run, 1, final=True)])
        case _:
            await live.delete("video")
    await pass_time(clock, 2 * WHOLE_S, watch)
    assert lost(published) == []
    assert (await live.leases(), watch.held) == (set(), {})


async def test_a_run_that_another_worker_took_over_is_lost_only_with_that_one(
    watch: LeaseWatch, scene: Any, published: Any, clock: FakeClock
):
    await pass_time(clock, WHOLE_S, watch)
    await scene.claim()
    await pass_time(clock, LEASE_S, watch)
    second = await scene.claim(worker_id="worker-2")
    await pass_time(clock, WHOLE_S + 1, watch)
    assert lost(published) == [loss_of(second)]


async def test_a_claim_whose_aggregator_crashed_before_it_was_tracked_is_watched_too(
    watch: LeaseWatch, live: RedisLiveStore, scene: Any, published: Any, clock: FakeClock
):
    await pass_time(clock, WHOLE_S, watch)
    await scene.claim()
    await pass_time(clock, LEASE_S, watch)
    second = await scene.claim(worker_id="worker-2")
    await live.untrack_lease(Lease("video", second.epoch))
    await pass_time(clock, WHOLE_S + 1, watch)
    assert lost(published) == [loss_of(second)]


async def test_two_aggregators_announce_a_loss_at_least_once_and_forget_it(
    new_watch: Callable[[], LeaseWatch], live: RedisLiveStore, scene: Any, published: Any, clock: FakeClock
):
    watches = new_watch(), new_watch()
    run = await scene.claim()
    await pass_time(clock, WHOLE_S - 1, *watches)
    await clock.advance(1.0)
    await asyncio.gather(*(watch.check() for watch in watches))
    assert set(lost(published)) == {loss_of(run)}
    assert len(lost(published)) in (1, 2)
    announced = len(lost(published))
    await pass_time(clock, 5, *watches)
    assert len(lost(published)) == announced
    assert (await live.leases(), [watch.held for watch in watches]) == (set(), [{}, {}])


async def test_a_crash_between_the_fence_and_the_announcement_loses_no_announcement(
    new_watch: Callable[[], LeaseWatch], live: RedisLiveStore, around: Any, scene: Any, published: Any, clock: FakeClock
):
    async def crash() -> None:
        raise ConnectionAbortedError

    run = await scene.claim()
    dying = new_watch()
    await pass_time(clock, WHOLE_S - 1, dying)
    await clock.advance(1.0)
    dying.live = around(live, "expire_lease", "after", crash)
    with pytest.raises(ConnectionAbortedError):
        await dying.check()
    assert lost(published) == []
    assert (await live.run("video")).epoch > run.epoch, "fenced"

    await new_watch().check()  # the next process has just started
    assert lost(published) == [loss_of(run)]


async def test_an_announcement_that_the_bus_did_not_take_is_repeated(
    watch: LeaseWatch, scene: Any, published: Any, clock: FakeClock
):
    run = await scene.claim()
    await pass_time(clock, WHOLE_S - 1, watch)
    await clock.advance(1.0)
    published.failing = BusUnavailable("the broker is unavailable")
    with pytest.raises(BusUnavailable):
        await watch.check()
    await watch.check()
    assert lost(published) == [loss_of(run)]


# --- an outage -------------------------------------------------------------------------------------


async def test_an_aggregator_that_has_just_started_gives_every_run_its_whole_time(
    new_watch: Callable[[], LeaseWatch], scene: Any, published: Any, clock: FakeClock
):
    run = await scene.claim()
    await clock.advance(1000.0)
    watch = new_watch()
    await pass_time(clock, WHOLE_S - 1, watch)
    assert lost(published) == []
    await pass_time(clock, 1, watch)
    assert lost(published) == [loss_of(run)]


@pytest.mark.parametrize("unavailable", ["bus", "redis"])
async def test_an_outage_gives_every_run_its_whole_time_once_more(
    watch: LeaseWatch,
    publisher: Publisher,
    live: RedisLiveStore,
    around: Any,
    scene: Any,
    published: Any,
    clock: FakeClock,
    unavailable: str,
):
    async def fail() -> None:
        raise (
            BusUnavailable("the broker is unavailable")
            if unavailable == "bus"
            else StoreUnavailable(OSError("refused"), "Redis")
        )

    run = await scene.claim()
    await pass_time(clock, WHOLE_S - 1, watch)
    if unavailable == "bus":
        watch.publisher = replace(publisher, bus=around(published, "check", "before", fail))
    else:
        watch.live = around(live, "leases", "before", fail)
    await clock.advance(1.0)
    with pytest.raises((BusUnavailable, StoreUnavailable)):
        await watch.check()
    await pass_time(clock, WHOLE_S - 1, watch)
    assert lost(published) == []
    await pass_time(clock, 1, watch)
    assert lost(published) == [loss_of(run)]


async def test_a_process_that_was_stopped_gives_every_run_its_whole_time_once_more(
    watch: LeaseWatch, scene: Any, published: Any, clock: FakeClock
):
    run = await scene.claim()
    await pass_time(clock, 3, watch)
    await clock.advance(60.0)
    await pass_time(clock, WHOLE_S - 1, watch)
    assert lost(published) == []
    await pass_time(clock, 1, watch)
    assert lost(published) == [loss_of(run)]


# --- an emptied Redis ------------------------------------------------------------------------------


async def test_a_run_that_redis_lost_is_lost_if_its_worker_is_dead(
    watch: LeaseWatch, redis: Redis, scene: Any, make: Any, published: Any, clock: FakeClock
):
    await pass_time(clock, WHOLE_S, watch)
    run = await scene.claim()
    await scene.commit([make.batch(run, 1, position_s=1.5)])
    await pass_time(clock, 1, watch)
    await redis.flushdb()
    await pass_time(clock, WHOLE_S - 2, watch)
    assert lost(published) == []
    await pass_time(clock, 5, watch)
    assert lost(published) == [loss_of(run, 1.5)]
    assert (watch.held, await redis.keys("*")) == ({}, [])


async def test_a_run_whose_last_claim_redis_lost_is_lost_with_the_epoch_of_that_claim(
    watch: LeaseWatch, redis: Redis, scene: Any, make: Any, published: Any, clock: FakeClock
):
    await pass_time(clock, WHOLE_S, watch)
    released = await scene.claim()
    await scene.commit([make.batch(released, 1, releases=True, position_s=1.5)])
    before = {key: await redis.dump(key) for key in await redis.keys("*")}
    await clock.advance(1.0)
    run = await scene.claim()
    await watch.check()
    await redis.flushdb()
    for key, value in before.items():
        await redis.restore(key, 600_000, value)
    await pass_time(clock, WHOLE_S + 1, watch)
    assert lost(published) == [loss_of(run, 1.5)]


async def test_a_run_that_redis_lost_and_its_worker_claimed_again_is_not_lost(
    watch: LeaseWatch, live: RedisLiveStore, redis: Redis, scene: Any, make: Any, published: Any, clock: FakeClock
):
    await pass_time(clock, WHOLE_S, watch)
    run = await scene.claim()
    await pass_time(clock, 1, watch)
    await redis.flushdb()
    assert await live.commit(make.batch(run, 1), clock.now()) == Rejected("unknown_run")
    again = await scene.claim(new_run_id="run-2")
    for batch_no in range(1, 4):
        await scene.commit([make.batch(again, batch_no)])
        await pass_time(clock, WHOLE_S - 1, watch)
    assert lost(published) == []
    assert await live.leases() == watch.held.keys() == {Lease("video", again.epoch)}


async def test_a_released_run_that_redis_lost_is_not_lost(
    watch: LeaseWatch, redis: Redis, scene: Any, make: Any, published: Any, clock: FakeClock
):
    run = await scene.claim()
    await pass_time(clock, 2, watch)
    await scene.commit([make.batch(run, 1, releases=True)])
    await pass_time(clock, 1, watch)
    await redis.flushdb()
    await pass_time(clock, 2 * WHOLE_S, watch)
    assert lost(published) == []


async def test_a_tracked_lease_of_a_run_that_nobody_knows_is_forgotten(
    watch: LeaseWatch, live: RedisLiveStore, published: Any, clock: FakeClock
):
    await live.track_lease(Lease("video", 1))
    await pass_time(clock, 1, watch)
    assert (await live.leases(), lost(published)) == (set(), [])


async def test_a_held_lease_that_is_no_longer_tracked_is_tracked_again(
    watch: LeaseWatch, live: RedisLiveStore, scene: Any, clock: FakeClock
):
    run = await scene.claim()
    await pass_time(clock, 1, watch)
    await live.untrack_lease(Lease("video", run.epoch))
    await watch.check()
    assert await live.leases() == {Lease("video", run.epoch)}


# --- the loop --------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [StoreUnavailable(OSError("refused"), "Redis"), ArithmeticError("unforeseen")])
async def test_a_failure_does_not_end_the_loop(
    watch: LeaseWatch, live: RedisLiveStore, around: Any, scene: Any, published: Any, clock: FakeClock, error: Exception
):
    async def fail() -> None:
        raise error

    run = await scene.claim()
    watch.live = failing = around(live, "leases", "before", fail)
    async with looping(watch):
        await until(clock, lambda: failing.done, "the failure", step_s=0.1)
        await until(clock, lambda: lost(published) == [loss_of(run)], "the loss of the run", step_s=0.1)

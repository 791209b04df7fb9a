"""The suite that every live store passes, on fakeredis and on Redis."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.asyncio import RedisCluster as ClusterClient
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.live.keys import FINISHING, VideoKeys
from onwatch_aggregator.live.redis_store import Lifetimes, RedisLiveStore
from onwatch_aggregator.live.store import ClaimAttempt, Committed, Granted, Impossible, Refused, Rejected
from onwatch_aggregator.runs.live_run import RunState
from onwatch_contracts.http import ClaimRefusal
from onwatch_contracts.values import RunSettings, VehicleType
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers.local import RedisServer, free_port, require

LEASE_S = 3.0
PATIENCE_S = 20.0


async def everything(redis: Redis) -> dict[str, Any]:
    """All that the server holds, to see that nothing changed."""
    dumped = {}
    for key in sorted(await redis.keys("*")):
        match await redis.type(key):
            case b"hash":
                dumped[key] = await redis.hgetall(key)
            case b"zset":
                dumped[key] = await redis.zrange(key, 0, -1, withscores=True)
            case _:
                dumped[key] = await redis.get(key)
    return dumped


# --- claim ---------------------------------------------------------------------------------------


async def test_the_first_claim_begins_a_run(live: RedisLiveStore, clock: FakeClock, make: Any):
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
    assert (await live.run("video")).record.tally.total_vehicles_count == 1


async def assert_begun_anew(live: RedisLiveStore, again: Granted, first: Granted) -> None:
    assert (again.run_id, again.next_batch_no, again.checkpoint) == ("run-2", 1, None)
    assert again.epoch > first.epoch
    run, rows = await live.run_with_vehicles("video")
    assert (run.record.run_id, run.state, run.record.settings) == ("run-2", RunState.ACTIVE, again.settings)
    assert (run.record.tally.total_vehicles_count, run.record.analysed_s, rows) == (0, 0.0, ())


async def test_a_run_of_another_model_is_not_resumed_but_begun_anew(
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
    await assert_begun_anew(live, again, first)
    assert await live.commit(make.batch(first, 2), clock.now()) == Rejected("unknown_run")


async def test_a_run_of_a_model_that_the_worker_goes_on_with_is_resumed_as_it_is(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    first = await scene.claim()
    await clock.advance(LEASE_S)
    other = make.settings.model_copy(update={"detector_model": "other"})
    also = ("third", make.settings.detector_model)
    again = await scene.claim(worker_id="worker-2", new_run_id="run-2", settings=other, also_resumes=also)
    assert (again.run_id, again.settings) == (first.run_id, make.settings)


async def test_a_run_that_its_worker_discards_is_begun_anew_at_once(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    first = await scene.claim()
    await live.commit(make.batch(first, 1, make.entered(1, 0.1)), clock.now())
    discarding = {"new_run_id": "run-2", "discard_run_id": "run-1"}
    refused = await live.claim(make.attempt(clock.now(), worker_id="worker-2", **discarding))
    assert refused == Refused(ClaimRefusal.LEASED, holder="worker-1", lease_left_s=LEASE_S)
    await assert_begun_anew(live, await scene.claim(**discarding), first)


async def test_a_run_that_was_released_may_be_discarded_by_another_worker(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    first = await scene.claim()
    await live.commit(make.batch(first, 1, make.entered(1, 0.1), releases=True), clock.now())
    again = await scene.claim(worker_id="worker-2", new_run_id="run-2", discard_run_id="run-1")
    await assert_begun_anew(live, again, first)


async def test_discarding_a_run_that_is_no_longer_there_discards_nothing(
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


async def test_an_epoch_that_redis_lost_is_not_given_out_again(
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


async def test_demand_that_began_after_the_run_finished_begins_a_new_one(
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


async def test_what_sql_knows_answers_demand_when_redis_was_lost(live: RedisLiveStore, clock: FakeClock, make: Any):
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
    assert (await live.run("other")).record.tally.total_vehicles_count == 0
    assert other.run_id == "run-2"


# --- commit --------------------------------------------------------------------------------------


async def test_the_next_batch_is_applied(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    run = await scene.claim()
    answer = await live.commit(make.batch(run, 1, make.entered(1, 0.1), make.entered(2, 0.2)), clock.now())
    assert isinstance(answer, Committed)
    assert not answer.repeat
    assert (answer.run.batch_no, answer.run.epoch) == (1, run.epoch)
    assert answer.run.record.tally.totals.total_vehicles_count == 2
    assert answer.run.record.coverage.analysed_s == 0.25
    assert answer.run == await live.run("video")


async def test_a_repeat_changes_nothing_and_answers_with_the_newest_numbers(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any
):
    run = await scene.claim()
    first, second, *_ = scene.batches(run)
    await scene.commit([first, second])
    before = await everything(redis)
    answer = await live.commit(first, clock.now())
    assert isinstance(answer, Committed)
    assert answer.repeat
    assert answer.run.batch_no == 2
    assert answer.run.record.tally.total_vehicles_count == 2
    assert await everything(redis) == before


async def test_a_batch_of_an_older_epoch_is_rejected(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any
):
    zombie = await scene.claim()
    await clock.advance(LEASE_S)
    await scene.claim(worker_id="worker-2")
    before = await everything(redis)
    assert await live.commit(make.batch(zombie, 1, make.entered(1, 0.1)), clock.now()) == Rejected("stale_epoch")
    assert await everything(redis) == before


async def test_a_batch_after_a_gap_is_rejected(live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any):
    run = await scene.claim()
    first, _, third, _ = scene.batches(run)
    await scene.commit([first])
    before = await everything(redis)
    assert await live.commit(third, clock.now()) == Rejected("gap")
    assert await everything(redis) == before


@pytest.mark.parametrize("changes", [{"run_id": "another"}, {"epoch": 2**52}, {"video_id": "never-claimed"}])
async def test_a_batch_of_a_run_that_redis_does_not_know_is_rejected(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any, changes: dict[str, Any]
):
    run = await scene.claim()
    assert await live.commit(make.batch(run, 1, **changes), clock.now()) == Rejected("unknown_run")


async def test_nothing_follows_the_final_batch(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    run = await scene.finished()
    assert await live.commit(make.batch(run, 5), clock.now()) == Rejected("unknown_run")


async def test_every_batch_renews_the_lease(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    run = await scene.claim()
    await clock.advance(2.0)
    await live.commit(make.batch(run, 1), clock.now())
    await clock.advance(2.0)
    refused = await live.claim(make.attempt(clock.now()))
    assert refused == Refused(ClaimRefusal.LEASED, holder="worker-1", lease_left_s=1.0)


async def test_a_batch_that_releases_the_run_ends_the_lease_at_once(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    run = await scene.claim()
    await live.commit(make.batch(run, 1, make.entered(1, 0.1), releases=True), clock.now())
    again = await scene.claim(worker_id="worker-2")
    assert (again.run_id, again.next_batch_no) == (run.run_id, 2)


async def test_the_final_batch_sets_when_the_run_finished_and_a_repeat_does_not(
    live: RedisLiveStore, clock: FakeClock, scene: Any
):
    run = await scene.finished()
    finished_at = clock.now()
    await clock.advance(7.0)
    answer = await live.commit(scene.batches(run)[-1], clock.now())
    assert isinstance(answer, Committed)
    assert answer.run.state is RunState.FINAL
    assert answer.run.record.finished_at == finished_at


async def test_a_type_that_changes_moves_its_vehicle(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    run = await scene.claim()
    await live.commit(make.batch(run, 1, make.entered(1, 0.1), make.entered(2, 0.1)), clock.now())
    left = make.left(1, 0.1, 0.4, vehicle_type=VehicleType.TRUCK)
    await live.commit(make.batch(run, 2, left), clock.now())
    tally = (await live.run("video")).record.tally
    assert tally.vehicle_type == {VehicleType.CAR: 1, VehicleType.TRUCK: 1}
    await live.commit(make.batch(run, 3, make.left(2, 0.1, 0.4, vehicle_type=VehicleType.TRUCK)), clock.now())
    assert (await live.run("video")).record.tally.vehicle_type == {VehicleType.TRUCK: 2}


async def test_the_scene_adds_up(live: RedisLiveStore, scene: Any):
    await scene.finished()
    run, rows = await live.run_with_vehicles("video")
    tally = run.record.tally
    assert (tally.total_vehicles_count, tally.current_vehicles_count, tally.visits_count) == (2, 0, 3)
    assert tally.vehicle_type == {VehicleType.CAR: 1, VehicleType.TRUCK: 1}
    assert (tally.dwell_total_us, tally.dwell_max_us) == (233_333 + 800_000 + 9_300_000, 9_300_000)
    assert [(row.vehicle_id, row.visit_no, row.left_at_s) for row in rows] == [(1, 1, 1 / 3), (1, 2, 10.0), (2, 1, 1.1)]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("left unseen", "visit 9:1:roi left without having entered"),
        ("entered twice", "visit 1:1:roi entered twice"),
        ("left twice", "visit 2:1:roi left twice"),
        ("backwards", "visit 1:1:roi left before it entered"),
    ],
)
async def test_an_impossible_batch_leaves_nothing_of_it_behind(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any, fault: str, reason: str
):
    run = await scene.claim()
    committed = (make.entered(1, 0.1), make.entered(2, 0.1), make.left(2, 0.1, 0.2))
    await live.commit(make.batch(run, 1, *committed), clock.now())
    before = await everything(redis)
    faults = {
        "left unseen": make.left(9, 0.1, 0.4),
        "entered twice": make.entered(1, 0.1),
        "left twice": make.left(2, 0.1, 0.4),
        "backwards": make.left(1, 0.1, 0.05),
    }
    answer = await live.commit(make.batch(run, 2, make.entered(3, 0.3), faults[fault]), clock.now())
    assert answer == Impossible(reason)
    assert await everything(redis) == before


async def test_a_vehicle_may_enter_and_leave_within_one_batch(
    live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any
):
    run = await scene.claim()
    answer = await live.commit(make.batch(run, 1, make.entered(1, 0.1), make.left(1, 0.1, 0.12)), clock.now())
    assert isinstance(answer, Committed)
    assert answer.run.record.tally.dwell_total_us == 20_000


async def test_seconds_come_back_to_the_last_bit(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    entered_at_s, left_at_s, position_s = 1 / 3, 98_765.432_101_234_56, 0.1 + 0.2
    run = await scene.claim()
    events = make.entered(1, entered_at_s), make.left(1, entered_at_s, left_at_s)
    await live.commit(make.batch(run, 1, *events, position_s=position_s), clock.now())
    found, (row,) = await live.run_with_vehicles("video")
    assert (row.entered_at_s, row.left_at_s, found.record.analysed_s) == (entered_at_s, left_at_s, position_s)


async def test_the_numbers_have_their_fixed_names_in_redis(live: RedisLiveStore, redis: Redis, scene: Any):
    await scene.finished()
    run, vehicle_type, dwell_time, *_ = VideoKeys("video").run
    assert await redis.hget(run, "total_vehicles_count") == b"2"
    assert await redis.hget(run, "current_vehicles_count") == b"0"
    assert vehicle_type.endswith(":vehicle_type")
    assert await redis.hgetall(vehicle_type) == {b"car": b"1", b"truck": b"1"}
    assert dwell_time.endswith(":vehicle_dwell_time")
    assert await redis.hget(dwell_time, "visits") == b"3"


# --- any order of delivery -----------------------------------------------------------------------


@st.composite
def visits(draw: st.DrawFn) -> list[tuple[int, float, float, VehicleType, VehicleType]]:
    """(vehicle, batch in which it enters, and leaves, its type at first, and at last)"""
    found = []
    for vehicle_id in range(1, draw(st.integers(1, 5)) + 1):
        enters, leaves = sorted(draw(st.tuples(st.integers(1, 6), st.integers(1, 6))))
        types = st.sampled_from(VehicleType)
        found.append((vehicle_id, enters, leaves, draw(types), draw(types)))
    return found


def _batches(make: Any, run: Granted, drawn: list[Any]) -> list[Any]:
    batches = []
    for number in range(1, 7):
        entered = [make.entered(v, e + v / 7, vehicle_type=first) for v, e, _, first, _ in drawn if e == number]
        left = [make.left(v, e + v / 7, at + 1.1, vehicle_type=last) for v, e, at, _, last in drawn if at == number]
        batches.append(make.batch(run, number, *entered, *left, final=number == 6))
    return batches


@settings(max_examples=40, deadline=None)
@given(drawn=visits(), deliveries=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
async def test_any_order_of_delivery_ends_as_the_undisturbed_one(
    make: Any, drawn: list[Any], deliveries: list[tuple[int, bool]]
):
    clock = FakeClock()
    async with FakeAsyncRedis(server=FakeServer()) as redis, FakeAsyncRedis(server=FakeServer()) as calm_redis:
        live, calm = RedisLiveStore(redis, Lifetimes()), RedisLiveStore(calm_redis, Lifetimes())
        zombie = await live.claim(make.attempt(clock.now()))
        await clock.advance(LEASE_S)
        run = await live.claim(make.attempt(clock.now()))
        calm_run = await calm.claim(make.attempt(clock.now()))
        for batch in _batches(make, calm_run, drawn):
            await calm.commit(batch, clock.now())

        others = [(vehicle_id + 100, *visit) for vehicle_id, *visit in drawn]
        old, current = _batches(make, zombie, others), _batches(make, run, drawn)
        for index, from_zombie in deliveries:
            await live.commit((old if from_zombie else current)[index], clock.now())
        for batch in current:
            assert isinstance(await live.commit(batch, clock.now()), Committed)

        disturbed, rows = await live.run_with_vehicles("video")
        undisturbed, expected_rows = await calm.run_with_vehicles("video")
    assert rows == expected_rows
    assert disturbed.record.tally == undisturbed.record.tally
    assert disturbed.state is RunState.FINAL


# --- end of life ---------------------------------------------------------------------------------


async def test_a_deleted_video_is_gone_and_refused(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any
):
    run = await scene.claim()
    await scene.commit(scene.batches(run)[:2])
    await live.delete("video")
    assert await redis.keys("*") == [VideoKeys("video").deleted.encode()]
    assert await live.is_deleted("video")
    assert await live.run_with_vehicles("video") is None
    assert await live.claim(make.attempt(clock.now())) == Refused(ClaimRefusal.DELETED)
    assert await live.commit(scene.batches(run)[2], clock.now()) == Rejected("unknown_run")
    assert not await live.mark_persisted("video", run.run_id, None)


async def test_a_run_in_sql_is_kept_for_a_while_only(live: RedisLiveStore, redis: Redis, scene: Any):
    run = await scene.finished()
    assert await live.mark_persisted("video", run.run_id, None)
    assert (await live.run("video")).state is RunState.PERSISTED
    for key in VideoKeys("video").run:
        assert 0 < await redis.ttl(key) <= Lifetimes().persisted_ttl_s


async def test_marking_a_run_leaves_a_newer_one_alone(live: RedisLiveStore, clock: FakeClock, scene: Any):
    run = await scene.finished()
    await live.mark_persisted("video", run.run_id, None)
    await clock.advance(1.0)
    await scene.claim(new_run_id="run-2")
    assert await live.mark_persisted("video", run.run_id, None)
    assert (await live.run("video")).state is RunState.ACTIVE


async def test_nothing_lives_for_ever(live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any):
    seen = set()

    async def check() -> None:
        keys = set(await redis.keys("*"))
        assert {key: ttl for key in keys if (ttl := await redis.ttl(key)) <= 0} == {}
        seen.update(keys)

    run = await scene.claim()
    await check()
    for batch in scene.batches(run):
        await scene.commit([batch])
        await check()
    await live.add_finishing("video", run.run_id, clock.now())
    await check()
    await live.mark_persisted("video", run.run_id, None)
    await check()
    await clock.advance(0.001)
    again = await scene.claim(new_run_id="run-2")
    await scene.commit(scene.batches(again)[:1])
    await check()
    await live.delete("video")
    await check()
    of_video = VideoKeys("video")
    assert {key.decode() for key in seen} == {*of_video.run, of_video.epoch, of_video.deleted, FINISHING}


async def test_a_note_outlives_the_run_it_is_about(live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any):
    run = await scene.finished()
    await live.add_finishing("video", run.run_id, clock.now())
    assert await redis.pttl(FINISHING) >= await redis.pttl(VideoKeys("video").run[0])


async def test_final_runs_are_noted_until_they_are_in_sql(live: RedisLiveStore, clock: FakeClock):
    await live.add_finishing("video", "run-1", clock.now())
    await clock.advance(10.0)
    await live.add_finishing("video", "run-1", clock.now())
    await live.add_finishing("other", "run-2", clock.now())
    assert await live.finishing_before(clock.now()) == [("video", "run-1")]
    await live.remove_finishing("video", "run-1")
    assert await live.finishing_before(clock.now()) == []


# --- the server ----------------------------------------------------------------------------------


async def test_a_server_that_lost_everything_knows_no_run_and_begins_a_new_one(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any
):
    lost = await scene.claim()
    first, second, third, _ = scene.batches(lost)
    await scene.commit([first, second])
    await redis.flushall()
    await clock.advance(0.25)
    assert await live.commit(third, clock.now()) == Rejected("unknown_run")
    assert await redis.keys("*") == []

    run = await scene.claim(new_run_id="run-2")
    assert (run.run_id, run.next_batch_no, run.checkpoint) == ("run-2", 1, None)
    assert run.epoch > lost.epoch
    assert await live.commit(third, clock.now()) == Rejected("unknown_run")
    await scene.commit(scene.batches(run))
    found, rows = await live.run_with_vehicles("video")
    assert (found.record.run_id, found.state, len(rows)) == ("run-2", RunState.FINAL, 3)


@pytest.mark.connected
async def test_a_server_that_is_full_is_said_so_and_half_a_batch_is_not_written(
    redis_url: str, clock: FakeClock, make: Any
):
    redis = Redis.from_url(redis_url)
    await redis.flushdb()
    live = RedisLiveStore(redis, Lifetimes())
    run = await live.claim(make.attempt(clock.now()))
    batch = make.batch(run, 1, make.entered(1, 0.1))
    before = await everything(redis)
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable, match=r"Redis is not reached.*maxmemory"):
            await live.commit(batch, clock.now())
        assert await everything(redis) == before
    finally:
        await redis.config_set("maxmemory", 0)
    assert isinstance(await live.commit(batch, clock.now()), Committed)
    await redis.aclose()


class ProcessEnded(BaseException):
    """As a SIGKILL between two commands."""


async def test_a_process_that_ends_within_a_commit_leaves_all_of_it_or_nothing(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any, monkeypatch: pytest.MonkeyPatch
):
    run = await scene.claim()
    batch = make.batch(run, 1, make.entered(1, 0.1), make.entered(2, 0.1), make.left(1, 0.1, 0.2))
    await redis.script_flush()
    states = [await everything(redis)]
    send = redis.execute_command
    committed = None
    while committed is None:
        may_send = len(states) - 1

        async def send_some(*command: Any, **options: Any) -> Any:
            nonlocal may_send
            if not may_send:
                raise ProcessEnded
            may_send -= 1
            return await send(*command, **options)

        monkeypatch.setattr(redis, "execute_command", send_some)
        with suppress(ProcessEnded):
            committed = await live.commit(batch, clock.now())
        monkeypatch.undo()
        states.append(await everything(redis))
    assert isinstance(committed, Committed)
    assert states[-1] != states[0]
    assert all(state in (states[0], states[-1]) for state in states)


async def test_scripts_are_loaded_again_after_redis_forgot_them(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any
):
    run = await scene.claim()
    await redis.script_flush()
    assert isinstance(await live.commit(make.batch(run, 1), clock.now()), Committed)


async def test_a_server_that_is_not_reached_is_said_so(clock: FakeClock, make: Any):
    server = FakeServer()
    server.connected = False
    redis = FakeAsyncRedis(server=server, retry=Retry(NoBackoff(), 0))
    live = RedisLiveStore(redis, Lifetimes())
    attempt: ClaimAttempt = make.attempt(clock.now())
    for asked in (live.check(), live.run("video"), live.claim(attempt), live.finishing_before(clock.now())):
        with pytest.raises(StoreUnavailable, match="Redis is not reached"):
            await asked
    await redis.aclose()


async def test_a_client_that_decodes_answers_works_as_well(clock: FakeClock, make: Any):
    redis = FakeAsyncRedis(server=FakeServer(), decode_responses=True)
    live = RedisLiveStore(redis, Lifetimes())
    run = await live.claim(make.attempt(clock.now()))
    assert isinstance(run, Granted)
    assert isinstance(await live.commit(make.batch(run, 1, make.entered(1, 0.1)), clock.now()), Committed)
    await redis.aclose()


@pytest.mark.connected
async def test_a_server_that_restarts_goes_on_where_it_was(
    redis_server: RedisServer, redis_url: str, clock: FakeClock, make: Any
):
    redis = Redis.from_url(redis_url, retry=Retry(NoBackoff(), 0))
    await redis.flushdb()
    live = RedisLiveStore(redis, Lifetimes())
    run = await live.claim(make.attempt(clock.now()))
    await live.commit(make.batch(run, 1, make.entered(1, 0.1)), clock.now())
    redis_server.stop()
    try:
        with pytest.raises(StoreUnavailable, match="Redis is not reached"):
            await live.commit(make.batch(run, 2, make.entered(2, 0.3)), clock.now())
    finally:
        redis_server.start()
    answer = await live.commit(make.batch(run, 2, make.entered(2, 0.3)), clock.now())
    assert isinstance(answer, Committed)
    assert answer.run.record.tally.total_vehicles_count == 2
    await redis.aclose()


class RedisCluster(RedisServer):
    """A cluster of one: it refuses a command or script whose keys do not share a hash slot."""

    def __init__(self, folder: Path) -> None:
        # Its own choice, the port and 10,000, is one that others may be given at any time.
        super().__init__(folder, "--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--appendonly", "no")


@pytest.mark.connected
async def test_a_run_in_a_cluster(scene_on: Any, clock: FakeClock):
    require(RedisServer)
    with RedisCluster.running() as server:
        async with Redis.from_url(server.url) as node:
            await node.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16_383)
            await until_ok(node)
        async with ClusterClient.from_url(server.url) as redis:
            live = RedisLiveStore(redis, Lifetimes())
            run = await scene_on(live).finished()
            await live.add_finishing("video", run.run_id, clock.now())
            await clock.advance(1.0)
            assert await live.finishing_before(clock.now()) == [("video", run.run_id)]
            _, rows = await live.run_with_vehicles("video")
            assert len(rows) == 3
            assert await live.mark_persisted("video", run.run_id, None)
            await live.remove_finishing("video", run.run_id)
            await live.delete("video")
            assert await live.is_deleted("video")
            await live.check()


async def until_ok(node: Redis) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await node.cluster("info"))["cluster_state"] != "ok":  # noqa: ASYNC110 a server has no Event
            await asyncio.sleep(0.05)

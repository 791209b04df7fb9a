"""Commits, finishing and deletion, on fakeredis and on Redis."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from onwatch_aggregator.live.keys import FINISHING, LEASES, VideoKeys
from onwatch_aggregator.live.live_run import RunState
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.live.store import Committed, Granted, Impossible, Refused, Rejected, RunGone
from onwatch_aggregator.settings import Lifetimes
from onwatch_contracts.http import ClaimRefusal
from onwatch_contracts.messages import MetricsBatchV1, MetricsBatchV2
from onwatch_contracts.samples import SITE_COUNTS
from onwatch_contracts.values import VehicleType
from onwatch_testkit.clock import FakeClock

LEASE_S = 3.0
PATIENCE_S = 60.0


# --- commit --------------------------------------------------------------------------------------


async def test_the_next_batch_is_applied(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    run = await scene.claim()
    answer = await live.commit(make.batch(run, 1, make.entered(1, 0.1), make.entered(2, 0.2)), clock.now())
    assert isinstance(answer, Committed)
    assert not answer.repeat
    assert (answer.run.batch_no, answer.run.epoch) == (1, run.epoch)
    assert answer.run.record.totals.to_contract().total_vehicles_count == 2
    assert answer.run.record.coverage.analysed_s == 0.25
    assert answer.run == await live.run("video")


async def test_a_repeat_changes_nothing_and_answers_with_the_newest_totals(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any, everything: Any
):
    run = await scene.claim()
    first, second, *_ = scene.batches(run)
    await scene.commit([first, second])
    before = await everything(redis)
    answer = await live.commit(first, clock.now())
    assert isinstance(answer, Committed)
    assert answer.repeat
    assert answer.run.batch_no == 2
    assert answer.run.record.totals.total_vehicles_count == 2
    assert await everything(redis) == before


async def test_a_batch_of_an_older_epoch_is_rejected(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any, everything: Any
):
    zombie = await scene.claim()
    await clock.advance(LEASE_S)
    await scene.claim(worker_id="worker-2")
    before = await everything(redis)
    assert await live.commit(make.batch(zombie, 1, make.entered(1, 0.1)), clock.now()) == Rejected("stale_epoch")
    assert await everything(redis) == before


async def test_a_batch_after_a_gap_is_rejected(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any, everything: Any
):
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
    totals = (await live.run("video")).record.totals
    assert totals.vehicle_type == {VehicleType.CAR: 1, VehicleType.TRUCK: 1}
    await live.commit(make.batch(run, 3, make.left(2, 0.1, 0.4, vehicle_type=VehicleType.TRUCK)), clock.now())
    assert (await live.run("video")).record.totals.vehicle_type == {VehicleType.TRUCK: 2}


async def test_the_scene_has_the_expected_totals(live: RedisLiveStore, scene: Any):
    await scene.finished()
    run, rows = await live.run_with_vehicles("video")
    totals = run.record.totals
    assert (totals.total_vehicles_count, totals.current_vehicles_count, totals.visits_count) == (2, 0, 3)
    assert totals.vehicle_type == {VehicleType.CAR: 1, VehicleType.TRUCK: 1}
    assert (totals.dwell_total_us, totals.dwell_max_us) == (233_333 + 800_000 + 9_300_000, 9_300_000)
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
async def test_an_impossible_batch_changes_nothing(
    live: RedisLiveStore,
    redis: Redis,
    clock: FakeClock,
    make: Any,
    scene: Any,
    fault: str,
    reason: str,
    everything: Any,
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
    assert answer.run.record.totals.dwell_total_us == 20_000


async def test_seconds_round_trip_to_the_last_bit(live: RedisLiveStore, clock: FakeClock, make: Any, scene: Any):
    entered_at_s, left_at_s, position_s = 1 / 3, 98_765.432_101_234_56, 0.1 + 0.2
    run = await scene.claim()
    events = make.entered(1, entered_at_s), make.left(1, entered_at_s, left_at_s)
    await live.commit(make.batch(run, 1, *events, position_s=position_s), clock.now())
    found, (row,) = await live.run_with_vehicles("video")
    assert (row.entered_at_s, row.left_at_s, found.record.analysed_s) == (entered_at_s, left_at_s, position_s)


async def test_the_totals_have_their_fixed_names_in_redis(live: RedisLiveStore, redis: Redis, scene: Any):
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
    """(vehicle, batch in which it enters, batch in which it leaves, first type, last type)"""
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


@settings(max_examples=40)
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
    assert disturbed.record.totals == undisturbed.record.totals
    assert disturbed.state is RunState.FINAL


# --- rows of a final run ---------------------------------------------------------------------------


async def test_rows_are_read_in_the_order_of_their_visits(live: RedisLiveStore, make: Any, scene: Any):
    run = await scene.claim()
    numbers = range(1, 701)  # more than Redis keeps in one piece
    entered = [make.entered(number, 0.25) for number in reversed(numbers)]
    await scene.commit([make.batch(run, 1, *entered), make.batch(run, 2, make.left(2, 0.25, 0.5))])
    visits = await live.visits("video", run.run_id)
    assert visits == [f"{number}:1:roi" for number in numbers]
    _, rows = await live.run_with_vehicles("video")
    assert (
        *await live.rows("video", run.run_id, visits[:2]),
        *await live.rows("video", run.run_id, visits[2:]),
    ) == rows
    assert rows[1].left_at_s == 0.5


async def test_a_run_without_visits_has_none(live: RedisLiveStore, scene: Any):
    run = await scene.claim()
    assert await live.visits("video", run.run_id) == []


async def test_visits_of_a_run_that_is_gone_are_not_those_of_another(
    live: RedisLiveStore, clock: FakeClock, scene: Any
):
    run = await scene.finished()
    visits = await live.visits("video", run.run_id)
    await live.mark_persisted("video", run.run_id, None)
    await clock.advance(1.0)
    await scene.claim(new_run_id="run-2")
    for reading in (live.visits("video", run.run_id), live.rows("video", run.run_id, visits)):
        with pytest.raises(RunGone, match="run run-1 of video video"):
            await reading


# --- end of life ---------------------------------------------------------------------------------


async def test_a_deleted_video_is_removed_and_refuses_claims(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any
):
    run = await scene.claim()
    await scene.commit(scene.batches(run)[:2])
    await live.delete("video")
    assert set(await redis.keys("*")) == {VideoKeys("video").deleted.encode(), LEASES.encode()}
    assert await live.is_deleted("video")
    assert await live.run_with_vehicles("video") is None
    assert await live.claim(make.attempt(clock.now())) == Refused(ClaimRefusal.DELETED)
    assert await live.commit(scene.batches(run)[2], clock.now()) == Rejected("unknown_run")
    assert not await live.mark_persisted("video", run.run_id, None)


async def test_a_run_in_sql_is_kept_for_a_while_only(live: RedisLiveStore, redis: Redis, scene: Any):
    run = await scene.finished()
    assert await live.mark_persisted("video", run.run_id, None)
    assert (await live.run("video")).state is RunState.PERSISTED
    of_video = VideoKeys("video")
    for key in of_video.run[:-2]:
        assert 0 < await redis.ttl(key) <= Lifetimes().persisted_ttl_s
    assert not await redis.exists(of_video.log), "the largest: SQL has it"


async def test_marking_a_run_leaves_a_newer_one_alone(live: RedisLiveStore, clock: FakeClock, scene: Any):
    run = await scene.finished()
    await live.mark_persisted("video", run.run_id, None)
    await clock.advance(1.0)
    await scene.claim(new_run_id="run-2")
    assert await live.mark_persisted("video", run.run_id, None)
    assert (await live.run("video")).state is RunState.ACTIVE


async def test_every_key_expires(live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any):
    seen = set()

    async def check() -> None:
        keys = set(await redis.keys("*"))
        assert {key: ttl for key in keys if (ttl := await redis.ttl(key)) <= 0} == {}
        seen.update(keys)

    run = await scene.claim()
    await check()
    for batch in scene.batches(run, site_counts=SITE_COUNTS):
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
    assert {key.decode() for key in seen} == {*of_video.run, of_video.epoch, of_video.deleted, FINISHING, LEASES}


async def test_a_finishing_entry_outlives_its_run(live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any):
    run = await scene.finished()
    await live.add_finishing("video", run.run_id, clock.now())
    assert await redis.pttl(FINISHING) >= await redis.pttl(VideoKeys("video").run[0])


async def test_final_runs_are_recorded_until_they_are_in_sql(live: RedisLiveStore, clock: FakeClock):
    await live.add_finishing("video", "run-1", clock.now())
    await clock.advance(10.0)
    await live.add_finishing("video", "run-1", clock.now())
    await live.add_finishing("other", "run-2", clock.now())
    assert await live.finishing_before(clock.now()) == [("video", "run-1")]
    await live.remove_finishing("video", "run-1")
    assert await live.finishing_before(clock.now()) == []


# --- the log and the counts of zones and gates ---------------------------------------------------


def decoded(batches: Sequence[MetricsBatchV2]) -> list[bytes]:
    return [base64.b64decode(batch.detections) for batch in batches]


async def whole_log(live: RedisLiveStore, run_id: str) -> list[bytes]:
    found: list[bytes] = []
    while portion := await live.log("video", run_id, len(found)):
        found += portion
    return found


async def test_the_log_has_the_detections_of_each_committed_batch_once(
    live: RedisLiveStore, clock: FakeClock, scene: Any
):
    run = await scene.claim()
    batches = scene.batches(run)
    for batch in (batches[0], batches[1], batches[0], batches[1], batches[3], batches[2]):
        await live.commit(batch, clock.now())
    assert await whole_log(live, run.run_id) == decoded(batches[:3])


async def test_a_batch_without_pictures_adds_nothing_to_the_log(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any, make: Any
):
    run = await scene.claim()
    await live.commit(make.batch(run, 1, detections=""), clock.now())
    assert not await redis.exists(VideoKeys("video").log)


async def test_a_batch_of_version_1_has_no_log(live: RedisLiveStore, clock: FakeClock, scene: Any, make: Any):
    run = await scene.claim()
    newer = make.batch(run, 1).model_dump(exclude={"detections", "site_counts"})
    committed = await live.commit(MetricsBatchV1.model_validate(newer), clock.now())
    assert isinstance(committed, Committed)
    assert await whole_log(live, run.run_id) == []


async def test_a_log_that_is_not_base64_is_impossible(live: RedisLiveStore, clock: FakeClock, scene: Any, make: Any):
    run = await scene.claim()
    impossible = await live.commit(make.batch(run, 1, detections="~~"), clock.now())
    assert isinstance(impossible, Impossible)
    assert "not base64" in impossible.reason


async def test_a_long_log_is_read_in_portions(
    live: RedisLiveStore, redis: Redis, scene: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("onwatch_aggregator.live.redis_store.LOG_PORTION", 3)
    run = await scene.claim()
    await redis.rpush(VideoKeys("video").log, *(bytes([n]) for n in range(7)))
    assert await live.log("video", run.run_id, 2) == [b"\x02", b"\x03", b"\x04"]
    assert await whole_log(live, run.run_id) == [bytes([n]) for n in range(7)]


async def test_a_new_run_begins_with_an_empty_log(live: RedisLiveStore, redis: Redis, clock: FakeClock, scene: Any):
    run = await scene.claim()
    await redis.rpush(VideoKeys("video").log, b"left by an aggregator that does not know the key")
    (first, *_) = scene.batches(run)
    await live.commit(first, clock.now())
    assert await whole_log(live, run.run_id) == decoded([first])


@pytest.mark.parametrize("run_id", ["another", None])
async def test_the_log_of_a_run_that_is_gone_is_not_read(live: RedisLiveStore, scene: Any, run_id: str | None):
    run = await scene.claim()
    if run_id is None:
        await live.delete("video")
    with pytest.raises(RunGone, match="is no longer in Redis"):
        await live.log("video", run_id or run.run_id, 0)


async def test_a_commit_answers_with_the_newest_counts_of_zones_and_gates(
    live: RedisLiveStore, clock: FakeClock, scene: Any, make: Any
):
    run = await scene.claim()
    counts = SITE_COUNTS.model_copy(update={"gates": ()})
    answers = [
        await live.commit(batch, clock.now())
        for batch in (
            make.batch(run, 1, site_counts=SITE_COUNTS),
            make.batch(run, 2, site_counts=None, detections=""),
            make.batch(run, 3, site_counts=counts),
            make.batch(run, 1, site_counts=SITE_COUNTS),
        )
    ]
    assert [(answer.repeat, answer.site_counts) for answer in answers] == [
        (False, SITE_COUNTS), (False, SITE_COUNTS), (False, counts), (True, counts),
    ]  # fmt: skip

"""Looking at what the aggregator keeps, in one process and on real servers, and repairing it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest
from redis.asyncio import Redis

from onwatch_aggregator.doctor import AggregatorDoctor, doctor
from onwatch_aggregator.live.keys import VideoKeys
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_runtime.observe.findings import CouldNotLook, Finding
from onwatch_testkit.clock import FakeClock

HOUR_S = 3600.0


@pytest.fixture
async def physician(
    database: AggregatorSettings, memory_bus: MemoryBus, clock: FakeClock, redis: Redis
) -> AsyncIterator[AggregatorDoctor]:
    async with doctor(database, bus=memory_bus, clock=clock, redis=redis) as made:
        yield made


async def found(physician: AggregatorDoctor, videos: Collection[str]) -> dict[tuple[str, str], Finding]:
    seen = await physician.look(HOUR_S)
    return {(finding.kind, finding.subject): finding for finding in physician.findings(seen, videos, HOUR_S)}


async def repaired(physician: AggregatorDoctor, kind: str, subject: str, videos: Collection[str]) -> None:
    """Repair it, twice, and see that it is gone."""
    finding = (await found(physician, videos))[kind, subject]
    assert finding.repair is not None
    await finding.repair()
    await finding.repair()
    assert (kind, subject) not in await found(physician, videos)


async def test_runs_at_work_paused_ending_and_persisted_are_as_they_should_be(
    physician: AggregatorDoctor, scene: Any, live: RedisLiveStore, finishing: Any, clock: FakeClock
) -> None:
    await scene.claim(video_id="working")
    run = await scene.claim(video_id="paused")
    await scene.commit([next(iter(scene.batches(run, video_id="paused"))).model_copy(update={"releases": True})])
    ended = await scene.finished(video_id="ending", new_run_id="run-2")
    await live.add_finishing("ending", ended.run_id, clock.now())
    done = await scene.finished(video_id="done", new_run_id="run-3")
    await finishing.finish("done", done.run_id)
    await live.delete("gone")

    assert await found(physician, {"working", "paused", "ending", "done"}) == {}


async def test_results_of_a_video_that_is_not_there_are_removed(
    physician: AggregatorDoctor, scene: Any, finishing: Any, results: SqlResultsStore, redis: Redis
) -> None:
    for video_id in ("v", "gone"):
        run = await scene.finished(video_id=video_id, new_run_id=f"run-of-{video_id}")
        await finishing.finish(video_id, run.run_id)
    await redis.flushdb()

    await repaired(physician, "results_without_video", "gone", {"v"})

    assert await results.video_ids() == {"v"}


async def test_keys_of_a_video_that_is_not_there_are_removed(
    physician: AggregatorDoctor, scene: Any, live: RedisLiveStore
) -> None:
    await scene.finished(video_id="gone")
    await scene.claim(video_id="v", new_run_id="run-2")

    await repaired(physician, "keys_without_video", "gone", {"v"})

    assert await live.run("gone") is None
    assert await live.run("v") is not None


async def test_a_tombstone_of_a_video_that_is_there_is_removed(
    physician: AggregatorDoctor, scene: Any, live: RedisLiveStore
) -> None:
    await live.delete("v")

    await repaired(physician, "tombstone_of_living", "v", {"v"})

    await scene.claim(video_id="v")


async def test_a_key_that_would_stay_for_ever_gets_an_end(
    physician: AggregatorDoctor, scene: Any, redis: Redis
) -> None:
    await scene.claim(video_id="v")
    name = VideoKeys("v").run[0]
    await redis.persist(name)

    await repaired(physician, "key_without_end", name, {"v"})

    assert await redis.ttl(name) > HOUR_S


async def test_a_lease_long_over_is_ended_and_the_run_can_be_taken(
    physician: AggregatorDoctor, scene: Any, clock: FakeClock
) -> None:
    run = await scene.claim(video_id="v")
    await clock.advance(2 * HOUR_S)

    await repaired(physician, "lease_over", "v", {"v"})

    resumed = await scene.claim(video_id="v", worker_id="worker-2")
    assert resumed.run_id == run.run_id


async def test_a_final_run_that_did_not_reach_sql_is_moved_there(
    physician: AggregatorDoctor, scene: Any, results: SqlResultsStore, clock: FakeClock
) -> None:
    run = await scene.finished(video_id="v")
    await clock.advance(2 * HOUR_S)

    await repaired(physician, "run_not_in_sql", "v", {"v"})

    stored = await results.run(run.run_id)
    assert stored is not None
    assert stored.tally.total_vehicles_count == 2


async def test_a_note_of_a_run_that_nobody_has_is_removed(
    physician: AggregatorDoctor, live: RedisLiveStore, clock: FakeClock
) -> None:
    await live.add_finishing("v", "lost", clock.now())
    await clock.advance(2 * HOUR_S)

    await repaired(physician, "run_not_in_sql", "v", {"v"})


async def test_a_deletion_that_was_not_finished_is_finished(
    physician: AggregatorDoctor, scene: Any, live: RedisLiveStore, results: SqlResultsStore, clock: FakeClock
) -> None:
    await results.note_deletion("gone", clock.now())
    assert await found(physician, ()) == {}, "it may be under way"
    await clock.advance(2 * HOUR_S)

    await repaired(physician, "deletion_half_done", "gone", ())

    assert await live.is_deleted("gone")


async def test_without_a_redis_only_the_results_are_looked_at(
    database: AggregatorSettings, memory_bus: MemoryBus, clock: FakeClock
) -> None:
    async with doctor(database, bus=memory_bus, clock=clock) as physician:
        seen = await physician.look(HOUR_S)
        assert seen.leased(clock.now()) is None
        assert physician.findings(seen, (), HOUR_S) == []


async def test_what_is_not_reached_is_named(
    nothing_there: AggregatorSettings, database: AggregatorSettings, memory_bus: MemoryBus, clock: FakeClock
) -> None:
    with pytest.raises(CouldNotLook, match="the aggregator's database"):
        async with doctor(nothing_there, bus=memory_bus, clock=clock) as physician:
            await physician.look(HOUR_S)
    async with (
        Redis.from_url("redis://127.0.0.1:1") as nobody,
        doctor(database, bus=memory_bus, clock=clock, redis=nobody) as physician,
    ):
        with pytest.raises(CouldNotLook, match="Redis"):
            await physician.look(HOUR_S)

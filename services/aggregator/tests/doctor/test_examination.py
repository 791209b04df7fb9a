"""Examination and repair of what the aggregator stores, in one process and on real servers."""

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
from onwatch_runtime.observe import ExaminationFailed, Finding
from onwatch_testkit.clock import FakeClock

HOUR_S = 3600.0


@pytest.fixture
async def examiner(database: AggregatorSettings, clock: FakeClock, redis: Redis) -> AsyncIterator[AggregatorDoctor]:
    async with doctor(database, clock=clock, redis=redis) as made:
        yield made


async def found(examiner: AggregatorDoctor, videos: Collection[str]) -> dict[tuple[str, str], Finding]:
    inventory = await examiner.take_inventory(HOUR_S)
    return {(finding.kind, finding.subject): finding for finding in examiner.findings(inventory, videos, HOUR_S)}


async def left_to_the_service(examiner: AggregatorDoctor, kind: str, subject: str, videos: Collection[str]) -> None:
    """The finding has no repair of its own, and says what repairs it."""
    finding = (await found(examiner, videos))[kind, subject]
    assert (finding.remedy, finding.repair) == (None, None)
    assert "a running aggregator" in finding.detail


async def repaired(examiner: AggregatorDoctor, kind: str, subject: str, videos: Collection[str]) -> None:
    """Repair a finding twice, and check that it is gone."""
    finding = (await found(examiner, videos))[kind, subject]
    assert finding.repair is not None
    await finding.repair()
    await finding.repair()
    assert (kind, subject) not in await found(examiner, videos)


async def test_active_paused_final_and_persisted_runs_are_no_findings(
    examiner: AggregatorDoctor, scene: Any, live: RedisLiveStore, finishing: Any, clock: FakeClock
) -> None:
    await scene.claim(video_id="working")
    run = await scene.claim(video_id="paused")
    await scene.commit([next(iter(scene.batches(run, video_id="paused"))).model_copy(update={"releases": True})])
    ended = await scene.finished(video_id="ending", new_run_id="run-2")
    await live.add_finishing("ending", ended.run_id, clock.now())
    done = await scene.finished(video_id="done", new_run_id="run-3")
    await finishing.finish("done", done.run_id)
    await live.delete("gone")

    assert await found(examiner, {"working", "paused", "ending", "done"}) == {}


async def test_results_of_a_video_that_does_not_exist_are_removed(
    examiner: AggregatorDoctor, scene: Any, finishing: Any, results: SqlResultsStore, redis: Redis
) -> None:
    for video_id in ("v", "gone"):
        run = await scene.finished(video_id=video_id, new_run_id=f"run-of-{video_id}")
        await finishing.finish(video_id, run.run_id)
    await redis.flushdb()

    await repaired(examiner, "results_without_video", "gone", {"v"})

    assert await results.video_ids() == {"v"}


async def test_keys_of_a_video_that_does_not_exist_are_removed(
    examiner: AggregatorDoctor, scene: Any, live: RedisLiveStore
) -> None:
    await scene.finished(video_id="gone")
    await scene.claim(video_id="v", new_run_id="run-2")

    await repaired(examiner, "keys_without_video", "gone", {"v"})

    assert await live.run("gone") is None
    assert await live.run("v") is not None


async def test_a_tombstone_of_a_video_that_exists_is_removed(
    examiner: AggregatorDoctor, scene: Any, live: RedisLiveStore
) -> None:
    await live.delete("v")

    await repaired(examiner, "tombstone_of_living", "v", {"v"})

    await scene.claim(video_id="v")


async def test_a_key_that_never_expires_gets_a_time_to_live(
    examiner: AggregatorDoctor, scene: Any, redis: Redis
) -> None:
    await scene.claim(video_id="v")
    name = VideoKeys("v").run[0]
    await redis.persist(name)

    await repaired(examiner, "key_without_end", name, {"v"})

    assert await redis.ttl(name) > HOUR_S


async def test_a_lease_long_over_is_ended_by_the_service(
    examiner: AggregatorDoctor, scene: Any, clock: FakeClock
) -> None:
    await scene.claim(video_id="v")
    await clock.advance(2 * HOUR_S)

    await left_to_the_service(examiner, "lease_over", "v", {"v"})


async def test_a_final_run_that_did_not_reach_sql_is_announced_again_by_the_service(
    examiner: AggregatorDoctor, scene: Any, clock: FakeClock
) -> None:
    await scene.finished(video_id="v")
    await clock.advance(2 * HOUR_S)

    await left_to_the_service(examiner, "run_not_in_sql", "v", {"v"})


async def test_an_unfinished_deletion_is_repeated_by_the_service(
    examiner: AggregatorDoctor, results: SqlResultsStore, clock: FakeClock
) -> None:
    await results.record_deletion("gone", clock.now())
    assert await found(examiner, ()) == {}, "it may be under way"
    await clock.advance(2 * HOUR_S)

    await left_to_the_service(examiner, "deletion_half_done", "gone", ())


async def test_without_redis_only_the_results_are_examined(database: AggregatorSettings, clock: FakeClock) -> None:
    async with doctor(database, clock=clock) as examiner:
        inventory = await examiner.take_inventory(HOUR_S)
        assert inventory.leased(clock.now()) is None
        assert examiner.findings(inventory, (), HOUR_S) == []


async def test_a_store_that_is_unavailable_is_named(
    empty_database: AggregatorSettings, database: AggregatorSettings, clock: FakeClock
) -> None:
    with pytest.raises(ExaminationFailed, match="the aggregator's database"):
        async with doctor(empty_database, clock=clock) as examiner:
            await examiner.take_inventory(HOUR_S)
    async with (
        Redis.from_url("redis://127.0.0.1:1") as nobody,
        doctor(database, clock=clock, redis=nobody) as examiner,
    ):
        with pytest.raises(ExaminationFailed, match="Redis"):
            await examiner.take_inventory(HOUR_S)

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from onwatch_aggregator.errors import RunNotFound, StoreUnavailable
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.queries import Queries
from onwatch_contracts.values import Totals
from onwatch_testkit.clock import FakeClock


@pytest.fixture
def queries(live: RedisLiveStore, results: SqlResultsStore, clock: FakeClock) -> Queries:
    return Queries(live, results, clock)


async def test_a_video_never_started_has_zeros(queries: Queries):
    metrics = await queries.metrics("video")
    assert (metrics.source, metrics.state, metrics.run_id, metrics.total_vehicles_count) == ("none", "none", None, 0)


async def test_a_run_under_way_is_read_from_redis(queries: Queries, scene: Any):
    run = await scene.claim()
    await scene.commit(scene.batches(run)[:2])
    metrics = await queries.metrics("video")
    assert (metrics.source, metrics.state, metrics.run_id) == ("redis", "running", run.run_id)
    assert (metrics.total_vehicles_count, metrics.current_vehicles_count) == (2, 1)
    vehicles = await queries.vehicles("video", None)
    assert vehicles.source == "redis"
    assert [row.left_at_s for row in vehicles.items] == [1 / 3, None]


async def test_a_final_run_is_running_until_it_is_in_sql(queries: Queries, scene: Any):
    await scene.finished()
    metrics = await queries.metrics("video")
    assert (metrics.source, metrics.state, metrics.finished_at) == ("redis", "running", None)


async def test_redis_and_sql_return_the_same_totals_bit_for_bit(queries: Queries, scene: Any, finishing: Finishing):
    run = await scene.finished()
    live_metrics, live_vehicles = await queries.metrics("video"), await queries.vehicles("video", None)
    await finishing.finish("video", run.run_id)
    metrics, vehicles = await queries.metrics("video"), await queries.vehicles("video", None)
    assert (metrics.source, metrics.state) == ("sql", "finished")
    same = set(type(metrics).model_fields) - {"source", "state", "finished_at"}
    assert live_metrics.model_dump_json(include=same) == metrics.model_dump_json(include=same)
    assert vehicles.source == "sql"
    assert live_vehicles.items == vehicles.items


async def test_metrics_and_runs_agree(queries: Queries, scene: Any, finishing: Finishing):
    run = await scene.finished()
    await finishing.finish("video", run.run_id)
    (listed,) = (await queries.runs("video", limit=10)).items
    totals = set(Totals.model_fields)
    assert listed.model_dump(include=totals) == (await queries.metrics("video")).model_dump(include=totals)


async def test_while_a_new_run_runs_the_old_one_can_still_be_read(
    queries: Queries, scene: Any, finishing: Finishing, clock: FakeClock
):
    first = await scene.finished()
    await finishing.finish("video", first.run_id)
    await clock.advance(1.0)
    second = await scene.claim(new_run_id="run-2")
    assert (await queries.metrics("video")).run_id == second.run_id
    assert (await queries.vehicles("video", second.run_id)).items == ()
    old = await queries.vehicles("video", first.run_id)
    assert (old.source, len(old.items)) == ("sql", 3)


async def test_a_run_of_another_video_is_not_found(queries: Queries, scene: Any, finishing: Finishing):
    run = await scene.finished()
    await finishing.finish("video", run.run_id)
    for video_id, run_id in (("other", run.run_id), ("video", "never")):
        with pytest.raises(RunNotFound, match=f"Video {video_id} has no run {run_id}"):
            await queries.vehicles(video_id, run_id)


async def test_a_run_whose_end_redis_lost_is_read_from_sql(
    queries: Queries, scene: Any, finishing: Finishing, redis: Redis, clock: FakeClock
):
    run = await scene.finished()
    await finishing.finish("video", run.run_id)
    finished = await queries.metrics("video")
    await redis.flushdb()
    again = await scene.claim(new_run_id=run.run_id)
    await scene.commit(scene.batches(again)[:2])
    assert (await queries.metrics("video")).source == "redis"
    await clock.advance(3.0)
    assert await queries.metrics("video") == finished
    assert (await queries.vehicles("video", None)).source == "sql"


async def test_a_held_run_is_read_while_the_database_is_unavailable(
    queries: Queries, scene: Any, around: Any, results: SqlResultsStore
):
    async def is_away() -> None:
        raise StoreUnavailable(ConnectionError("refused"))

    await scene.claim()
    without_sql = replace(queries, results=around(results, "run", "before", is_away))
    assert (await without_sql.metrics("video")).source == "redis"

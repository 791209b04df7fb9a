from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.handlers import Handlers
from onwatch_aggregator.live.keys import VideoKeys
from onwatch_aggregator.live.live_run import RunState
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.results.tables import detections
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_contracts.messages import VideoDeletedV1
from onwatch_counting.log import LogChunk, LoggedBox, LoggedPicture, pack, unpack
from onwatch_runtime.bus import Reject
from onwatch_testkit.clock import FakeClock

STEPS = [
    ("results", "run"),
    ("live", "run"),
    ("live", "visits"),
    ("live", "rows"),
    ("live", "log"),
    ("results", "save"),
    ("live", "mark_persisted"),
    ("live", "remove_finishing"),
]


class Crash(Exception):
    """The process crashes here."""


async def crash() -> None:
    raise Crash


async def test_a_finished_run_moves_to_sql_and_is_published_as_persisted(
    finishing: Finishing, live: RedisLiveStore, results: SqlResultsStore, scene: Any, published: Any
):
    run = await scene.finished()
    before, rows = await live.run_with_vehicles("video")
    await finishing.finish("video", run.run_id)
    assert await results.run(run.run_id) == before.record
    assert await results.vehicles(run.run_id) == rows
    assert (await live.run("video")).state is RunState.PERSISTED
    (persisted,) = published.messages
    assert (persisted.name, persisted.run_id) == ("video.persisted", run.run_id)
    assert (persisted.totals, persisted.coverage) == (before.record.totals.to_contract(), before.record.coverage)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("port", "method"), STEPS)
async def test_a_redelivery_repairs_a_crash_at_any_step(
    finishing: Finishing,
    live: RedisLiveStore,
    results: SqlResultsStore,
    scene: Any,
    published: Any,
    clock: FakeClock,
    around: Any,
    port: str,
    method: str,
    when: str,
):
    run = await scene.finished()
    expected, rows = await live.run_with_vehicles("video")
    await live.add_finishing("video", run.run_id, clock.now())
    await clock.advance(1.0)
    crashing = replace(finishing, **{port: around(getattr(finishing, port), method, when, crash)})
    with pytest.raises(Crash):
        await crashing.finish("video", run.run_id)
    await finishing.finish("video", run.run_id)
    (stored,) = await results.runs("video", limit=10)
    assert stored == replace(expected.record, finished_at=clock.now()), "finished when it got there"
    assert await results.vehicles(run.run_id) == rows
    assert (await live.run("video")).state is RunState.PERSISTED
    assert await live.finishing_before(clock.now()) == []
    assert set(published.names) == {"video.persisted"}


async def test_a_repeat_after_redis_lost_everything_publishes_persisted_again(
    finishing: Finishing, results: SqlResultsStore, redis: Redis, scene: Any, published: Any
):
    run = await scene.finished()
    await finishing.finish("video", run.run_id)
    await redis.flushdb()
    await finishing.finish("video", run.run_id)
    first, second = published.messages
    assert (first.totals, first.coverage) == (second.totals, second.coverage)
    assert len(await results.runs("video", limit=10)) == 1


async def test_a_run_that_no_store_knows_is_dropped(finishing: Finishing, results: SqlResultsStore, published: Any):
    await finishing.finish("video", "run-1")
    assert await results.run("run-1") is None
    assert published.messages == []


async def test_a_run_that_is_not_final_is_not_written(
    finishing: Finishing, results: SqlResultsStore, scene: Any, published: Any
):
    run = await scene.claim()
    await scene.commit(scene.batches(run)[:2])
    await finishing.finish("video", run.run_id)
    assert await results.run(run.run_id) is None
    assert published.messages == []


async def test_totals_that_contradict_the_rows_are_rejected_and_not_written(
    finishing: Finishing, live: RedisLiveStore, results: SqlResultsStore, clock: FakeClock, make: Any, scene: Any
):
    run = await scene.claim()
    await scene.commit([make.batch(run, 1, make.entered(1, 0.1), final=True)])
    await live.add_finishing("video", run.run_id, clock.now())
    await clock.advance(60.0)
    with pytest.raises(Reject, match="run run-1 of video video: final, but 1 visits are still open"):
        await finishing.finish("video", run.run_id)
    assert await results.run(run.run_id) is None
    assert await finishing.announce_overdue(clock, 30.0) == 0


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("port", "method"), STEPS)
async def test_a_video_deleted_at_any_step_leaves_nothing(
    finishing: Finishing,
    handlers: Handlers,
    live: RedisLiveStore,
    results: SqlResultsStore,
    scene: Any,
    clock: FakeClock,
    around: Any,
    port: str,
    method: str,
    when: str,
):
    async def delete() -> None:
        await handlers.on_deleted(VideoDeletedV1(message_id="m", occurred_at=clock.now(), video_id="video"))

    run = await scene.finished()
    disturbed = replace(finishing, **{port: around(getattr(finishing, port), method, when, delete)})
    await disturbed.finish("video", run.run_id)
    assert await results.runs("video", limit=10) == ()
    assert await results.vehicles(run.run_id) == ()
    assert await live.run("video") is None


async def test_a_redelivery_repairs_a_crash_after_a_deleted_video_was_written(
    finishing: Finishing, live: RedisLiveStore, results: SqlResultsStore, scene: Any, published: Any, around: Any
):
    async def delete_then_crash() -> None:
        await live.delete("video")
        raise Crash

    run = await scene.finished()
    with pytest.raises(Crash):
        await replace(finishing, results=around(results, "save", "after", delete_then_crash)).finish(
            "video", run.run_id
        )
    assert await results.run(run.run_id) is not None
    await finishing.finish("video", run.run_id)
    assert await results.run(run.run_id) is None
    assert published.messages == []


async def test_a_final_run_that_did_not_reach_sql_in_time_is_announced_again(
    finishing: Finishing, live: RedisLiveStore, scene: Any, clock: FakeClock, published: Any
):
    run = await scene.finished()
    await live.add_finishing("video", run.run_id, clock.now())
    await clock.advance(30.0)
    assert await finishing.announce_overdue(clock, 30.0) == 0
    await clock.advance(1.0)
    assert await finishing.announce_overdue(clock, 30.0) == 1
    assert [(message.name, message.run_id) for message in published.messages] == [("video.finished", run.run_id)]
    await finishing.finish("video", run.run_id)
    assert await finishing.announce_overdue(clock, 30.0) == 0


# --- the log -------------------------------------------------------------------------------------


async def stored_log(engine: AsyncEngine, run_id: str) -> list[LogChunk]:
    columns = [column for column in detections.c if column.name != "run_id"]
    query = sa.select(*columns).where(detections.c.run_id == run_id).order_by(detections.c.chunk_no)
    async with engine.connect() as connection:
        return [LogChunk(**row) for row in (await connection.execute(query)).mappings()]


async def test_the_log_moves_to_sql_with_the_run(
    finishing: Finishing, live: RedisLiveStore, engine: AsyncEngine, scene: Any
):
    run = await scene.finished()
    await finishing.finish("video", run.run_id)
    before, last = await stored_log(engine, run.run_id)
    pictures = [
        LoggedPicture(at_s, (LoggedBox(1, 10 * n, 0, 10 * n + 9, 9, 200, "car"),))
        for n, at_s in enumerate((0.25, 0.5, 0.75, 10.0), 1)
    ]
    assert (before.chunk_no, before.starts_s, before.ends_s) == (0, 0.25, 0.75)
    assert (before.pictures_count, before.boxes_count, before.body) == (3, 3, pack(pictures[:3]))
    assert (last.chunk_no, last.starts_s, last.ends_s, last.body) == (1, 10.0, 10.0, pack(pictures[3:]))
    assert await live.log("video", run.run_id, 0) == [], "the copy in Redis is removed"


async def test_the_log_in_sql_does_not_depend_on_where_batches_began(
    finishing: Finishing, live: RedisLiveStore, redis: Redis, engine: AsyncEngine, scene: Any
):
    run = await scene.finished()
    whole = [picture for chunk in await live.log("video", run.run_id, 0) for picture in unpack(chunk)]
    await redis.delete(VideoKeys("video").log)
    await redis.rpush(VideoKeys("video").log, pack(whole[:1]), pack([]), pack(whole[1:]))
    await finishing.finish("video", run.run_id)
    assert [picture for chunk in await stored_log(engine, run.run_id) for picture in unpack(chunk.body)] == whole
    assert [chunk.pictures_count for chunk in await stored_log(engine, run.run_id)] == [3, 1]


async def test_a_run_without_a_log_is_saved(
    finishing: Finishing, redis: Redis, results: SqlResultsStore, engine: AsyncEngine, scene: Any
):
    run = await scene.finished()
    await redis.delete(VideoKeys("video").log)
    await finishing.finish("video", run.run_id)
    assert await results.run(run.run_id) is not None
    assert await stored_log(engine, run.run_id) == []


async def test_a_run_whose_log_cannot_be_read_is_dead_lettered_and_stays_for_inspection(
    finishing: Finishing, live: RedisLiveStore, redis: Redis, results: SqlResultsStore, scene: Any, clock: FakeClock
):
    run = await scene.finished()
    await live.add_finishing("video", run.run_id, clock.now())
    await redis.rpush(VideoKeys("video").log, b"no chunk")
    with pytest.raises(Reject, match="its log of detections cannot be read: 8 bytes do not start"):
        await finishing.finish("video", run.run_id)
    assert await results.run(run.run_id) is None
    assert (await live.run("video")).state is RunState.FINAL
    await clock.advance(60.0)
    assert await live.finishing_before(clock.now()) == []


async def test_a_run_that_is_deleted_while_its_log_is_read_is_not_saved(
    finishing: Finishing, live: RedisLiveStore, results: SqlResultsStore, scene: Any, around: Any
):
    run = await scene.finished()

    async def delete() -> None:
        await live.delete("video")

    await replace(finishing, live=around(live, "log", "before", delete)).finish("video", run.run_id)
    assert await results.run(run.run_id) is None

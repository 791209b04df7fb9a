from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.playback import log_store
from onwatch_aggregator.playback.log_store import SqlLogStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_counting.log import LogChunk, LoggedPicture, pack


@pytest.fixture
async def log(scene: Any, finishing: Finishing, results: SqlResultsStore, engine: AsyncEngine) -> SqlLogStore:
    """Run `long`, whose log has a chunk for each ten seconds of half a minute."""
    run = await scene.finished()
    await finishing.finish("video", run.run_id)
    record = await results.run(run.run_id)
    assert record is not None
    long = type(record)(**{**vars(record), "run_id": "long"})
    chunks = [LogChunk(no, at, at + 9.0, 1, 0, pack([LoggedPicture(at)])) for no, at in enumerate((0.0, 10.0, 20.0))]
    await results.save(long, (), chunks)
    return SqlLogStore(engine)


@pytest.mark.parametrize(
    ("from_s", "to_s", "expected"), [(0, 5, 1), (9, 10, 1), (9, 10.1, 2), (9.5, 10, 0), (0, 60, 3), (40, 50, 0)]
)
async def test_a_part_has_the_chunks_of_its_span(log: SqlLogStore, from_s: float, to_s: float, expected: int):
    assert len(await log.part("long", from_s, to_s)) == expected


async def test_the_whole_log_comes_a_few_chunks_at_a_time(log: SqlLogStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(log_store, "CHUNKS_PER_READ", 2)
    assert [len(chunks) async for chunks in log.whole("long")] == [2, 1]
    assert [chunk async for chunks in log.whole("long") for chunk in chunks] == [*await log.part("long", 0, 60)]


async def test_a_run_without_chunks_has_no_log(log: SqlLogStore):
    assert await log.has_log("long")
    assert not await log.has_log("never")
    assert await log.boxes_count("never") is None


async def test_the_boxes_of_a_log_are_counted(log: SqlLogStore):
    assert await log.boxes_count("long") == 0
    assert await log.boxes_count("run-1") == 4

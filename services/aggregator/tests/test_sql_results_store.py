"""The suite that every results store passes."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.database import make_engine
from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.runs import RunRecord
from onwatch_aggregator.sql_results_store import SqlResultsStore
from onwatch_aggregator.visits import tally_of, vehicle
from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import RunSettings, VehicleType, Zone
from onwatch_runtime.testing.clock import FakeClock

Rows = tuple[Vehicle, ...]


@pytest.fixture
def rows(make: Any) -> Rows:
    bus = VehicleType.BUS
    return (
        vehicle(make.entered(1, 1 / 3), make.left(1, 1 / 3, 98_765.432_101_234_56)),
        vehicle(make.entered(1, 99.0, visit_no=2), make.left(1, 99.0, 99.5, visit_no=2)),
        vehicle(make.entered(12, 0.1 + 0.2, born_inside=True), make.left(12, 0.1 + 0.2, 2.0, vehicle_type=bus)),
    )


def record(rows: Rows, finished_at: datetime, run_id: str = "run-1", video_id: str = "video") -> RunRecord:
    settings = RunSettings(
        zones=(Zone(polygon=((0.1, 1 / 3), (0.9, 0.1), (0.5, 0.7))),),
        duration_s=12.34,
        frames_per_second=30_000 / 1_001,
        detector_model="demo",
    )
    started_at = finished_at - timedelta(seconds=9, microseconds=123_457)
    return RunRecord(video_id, run_id, settings, started_at, finished_at, 12.3, tally_of(rows))


async def test_a_run_comes_back_to_the_last_bit(results: SqlResultsStore, rows: Rows, clock: FakeClock):
    saved = record(rows, clock.now())
    assert await results.save(saved, rows)
    assert await results.run("run-1") == saved
    assert await results.newest("video") == saved
    assert await results.vehicles("run-1") == rows


async def test_saving_again_changes_nothing(results: SqlResultsStore, rows: Rows, clock: FakeClock):
    saved = record(rows, clock.now())
    await results.save(saved, rows)
    assert not await results.save(record(rows[:1], clock.now() + timedelta(days=1)), rows[:1])
    assert await results.run("run-1") == saved
    assert await results.vehicles("run-1") == rows


async def test_of_many_saves_at_once_one_writes(results: SqlResultsStore, rows: Rows, clock: FakeClock):
    saved = record(rows, clock.now())
    wrote = await asyncio.gather(*(results.save(saved, rows) for _ in range(4)))
    assert sorted(wrote) == [False, False, False, True]
    assert await results.vehicles("run-1") == rows


async def test_a_save_that_fails_half_way_leaves_nothing(results: SqlResultsStore, rows: Rows, clock: FakeClock):
    twice_the_same = (*rows, rows[0])
    with pytest.raises(Exception, match="UNIQUE constraint failed: vehicles"):
        await results.save(record(rows, clock.now()), twice_the_same)
    assert await results.run("run-1") is None
    assert await results.vehicles("run-1") == ()


async def test_a_run_without_vehicles_is_a_result_too(results: SqlResultsStore, clock: FakeClock):
    assert await results.save(record((), clock.now()), ())
    assert (await results.newest("video")).tally.total_vehicles_count == 0


async def test_runs_come_newest_first(results: SqlResultsStore, rows: Rows, clock: FakeClock):
    for number, hours in ((1, 2), (2, 3), (3, 1)):
        await results.save(record(rows, clock.now() + timedelta(hours=hours), f"run-{number}"), rows)
    assert [run.run_id for run in await results.runs("video", limit=10)] == ["run-2", "run-1", "run-3"]
    assert [run.run_id for run in await results.runs("video", limit=1)] == ["run-2"]
    assert (await results.newest("video")).run_id == "run-2"


async def test_an_unknown_video_has_nothing(results: SqlResultsStore):
    assert await results.newest("video") is None
    assert await results.runs("video", limit=10) == ()
    assert await results.run("run-1") is None


async def test_deleting_a_video_removes_all_its_runs_and_no_other(
    results: SqlResultsStore, rows: Rows, clock: FakeClock
):
    await results.save(record(rows, clock.now(), "run-1"), rows)
    await results.save(record(rows, clock.now(), "run-2"), rows)
    await results.save(record(rows, clock.now(), "run-3", video_id="other"), rows)
    assert await results.delete_video("video") == 2
    assert await results.delete_video("video") == 0
    assert await results.vehicles("run-1") == ()
    assert await results.vehicles("run-3") == rows


async def test_a_database_that_does_not_answer_is_said_so(engine: AsyncEngine, rows: Rows, clock: FakeClock):
    impatient = make_engine(f"{engine.url}?timeout=0")
    async with engine.connect() as other:
        await other.exec_driver_sql("BEGIN EXCLUSIVE")
        store = SqlResultsStore(impatient)
        for asked in (store.newest("video"), store.save(record(rows, clock.now()), rows), store.delete_video("video")):
            with pytest.raises(StoreUnavailable, match=r"The database is not reached.*database is locked"):
                await asked
    await impatient.dispose()


async def test_a_database_that_answers_is_said_so(results: SqlResultsStore):
    await results.check()

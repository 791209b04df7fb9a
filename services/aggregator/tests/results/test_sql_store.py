"""The suite that every results store passes, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.counting.run_record import RunRecord
from onwatch_aggregator.counting.visits import totals_of, vehicle
from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.results.database import make_engine
from onwatch_aggregator.results.sql_store import SqlResultsStore, _save
from onwatch_aggregator.results.tables import detections
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import RunSettings, VehicleType, Zone
from onwatch_counting.log import LogChunk
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers import PostgresServer

PATIENCE_S = 60.0

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
    return RunRecord(video_id, run_id, settings, started_at, finished_at, 12.3, totals_of(rows))


LOG = tuple(
    LogChunk(n, 10.0 * n + 1 / 3, 10.0 * n + 9.96, 240, 17 * n, body)
    for n, body in enumerate((bytes(range(256)), b"", b"\\x00\n" * 5000))
)


async def stored_log(engine: AsyncEngine, run_id: str) -> tuple[LogChunk, ...]:
    columns = [column for column in detections.c if column.name != "run_id"]
    query = sa.select(*columns).where(detections.c.run_id == run_id).order_by(detections.c.chunk_no)
    async with engine.connect() as connection:
        return tuple(LogChunk(**row) for row in (await connection.execute(query)).mappings())


async def test_a_log_is_saved_with_its_run(results: SqlResultsStore, engine: AsyncEngine, rows: Rows, clock: FakeClock):
    assert await results.save(record(rows, clock.now()), rows, LOG)
    assert await stored_log(engine, "run-1") == LOG
    assert not await results.save(record(rows, clock.now()), rows, LOG[:1])
    assert await stored_log(engine, "run-1") == LOG


async def test_a_failure_while_the_log_is_written_leaves_nothing(
    results: SqlResultsStore, engine: AsyncEngine, rows: Rows, clock: FakeClock
):
    with pytest.raises(IntegrityError if engine.dialect.name == "sqlite" else psycopg.errors.UniqueViolation):
        await results.save(record(rows, clock.now()), rows, (*LOG, LOG[0]))
    assert await results.run("run-1") is None
    assert await stored_log(engine, "run-1") == ()


async def test_a_deleted_video_loses_its_logs(
    results: SqlResultsStore, engine: AsyncEngine, rows: Rows, clock: FakeClock
):
    await results.save(record(rows, clock.now()), rows, LOG)
    await results.save(record(rows, clock.now(), "run-2", video_id="other"), rows, LOG)
    assert await results.delete_video("video") == 1
    assert await stored_log(engine, "run-1") == ()
    assert await stored_log(engine, "run-2") == LOG


async def test_old_logs_are_removed_and_their_runs_stay(
    results: SqlResultsStore, engine: AsyncEngine, rows: Rows, clock: FakeClock
):
    now = clock.now()
    await results.save(record(rows, now - timedelta(days=2)), rows, LOG)
    await results.save(record(rows, now, "run-2"), rows, LOG)
    assert await results.delete_logs_before(now - timedelta(days=1)) == len(LOG)
    assert await results.delete_logs_before(now - timedelta(days=1)) == 0
    assert await stored_log(engine, "run-1") == ()
    assert await stored_log(engine, "run-2") == LOG
    assert await results.vehicles("run-1") == rows


async def test_a_run_round_trips_to_the_last_bit(results: SqlResultsStore, rows: Rows, clock: FakeClock):
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
    with pytest.raises((IntegrityError, psycopg.IntegrityError), match="vehicles"):
        await results.save(record(rows, clock.now()), twice_the_same)
    assert await results.run("run-1") is None
    assert await results.vehicles("run-1") == ()


async def test_a_run_without_vehicles_is_a_result_too(results: SqlResultsStore, clock: FakeClock):
    assert await results.save(record((), clock.now()), ())
    assert (await results.newest("video")).totals.total_vehicles_count == 0


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


async def test_rows_are_ordered_as_they_are_in_redis(results: SqlResultsStore, make: Any, clock: FakeClock):
    zones = ("Zone", "a", "b", "zone", "Ähre")
    unordered = [vehicle(make.entered(1, 0.5, zone_id=zone), make.left(1, 0.5, 0.75, zone_id=zone)) for zone in zones]
    ordered = tuple(sorted(unordered, key=lambda row: row.zone_id))
    await results.save(record(ordered, clock.now()), ordered[::-1])
    assert await results.vehicles("run-1") == ordered


@pytest.mark.parametrize("zone_id", ["tab\tline\nback\\slash", "\\N", "\\.", "", "'\"", "Straße 東京"])
async def test_text_round_trips_unchanged(results: SqlResultsStore, make: Any, clock: FakeClock, zone_id: str):
    """COPY has special characters of its own."""
    rows = (vehicle(make.entered(1, 0.5, zone_id=zone_id), make.left(1, 0.5, 0.75, zone_id=zone_id)),)
    await results.save(record(rows, clock.now()), rows)
    assert await results.vehicles("run-1") == rows


async def test_timestamps_round_trip_in_utc(results: SqlResultsStore, rows: Rows, clock: FakeClock):
    there = clock.now().astimezone(timezone(timedelta(hours=5, minutes=45)))
    await results.save(record(rows, there), rows)
    finished_at = (await results.run("run-1")).finished_at
    assert (finished_at, finished_at.tzinfo) == (clock.now(), UTC)


async def test_the_check_passes_when_the_database_answers(results: SqlResultsStore):
    await results.check()


async def refuses(store: SqlResultsStore, rows: Rows, clock: FakeClock, why: str):
    for request in (store.newest("video"), store.save(record(rows, clock.now()), rows), store.delete_video("video")):
        with pytest.raises(StoreUnavailable, match=rf"The database is not reached.*{why}"):
            await request


async def test_a_file_that_another_process_has_locked_is_unavailable(tmp_path: Path, rows: Rows, clock: FakeClock):
    file = tmp_path / "analytics.db"
    engine = make_engine(AggregatorSettings(database_url=f"sqlite+aiosqlite:///{file}?timeout=0"))
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        await refuses(SqlResultsStore(engine), rows, clock, "database is locked")
    await engine.dispose()


async def test_a_missing_server_is_unavailable(rows: Rows, clock: FakeClock):
    engine = make_engine(AggregatorSettings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    await refuses(SqlResultsStore(engine), rows, clock, "Connection refused")
    await engine.dispose()


# --- PostgreSQL ----------------------------------------------------------------------------------


class Rival:
    """Another aggregator that is saving the same run."""

    def __init__(self, settings: AggregatorSettings) -> None:
        self._engine = make_engine(settings)
        self._watching = psycopg.connect(settings.database, autocommit=True)

    async def start_saving(self, of: RunRecord, rows: Rows) -> None:
        self.connection = await self._engine.connect()
        assert await _save(self.connection, of, rows)

    async def wait_for_a_waiter(self) -> None:
        waiters = "SELECT 1 FROM pg_locks WHERE NOT granted"
        async with asyncio.timeout(PATIENCE_S):
            while not self._watching.execute(waiters).fetchone():  # noqa: ASYNC110 a server has no Event
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        await self.connection.close()
        await self._engine.dispose()
        self._watching.close()


@pytest.fixture
async def single(postgres_with_tables: AggregatorSettings) -> AsyncIterator[SqlResultsStore]:
    """A store with one connection."""
    engine = make_engine(postgres_with_tables.model_copy(update={"database_pool_size": 1}))
    yield SqlResultsStore(engine)
    await engine.dispose()


@pytest.mark.connected
@pytest.mark.parametrize("outcome", ["commit", "rollback"])
async def test_the_second_of_two_saves_waits_and_writes_only_if_the_first_failed(
    single: SqlResultsStore, postgres_with_tables: AggregatorSettings, rows: Rows, clock: FakeClock, outcome: str
):
    saved = record(rows, clock.now())
    rival = Rival(postgres_with_tables)
    await rival.start_saving(saved, rows)
    saving = asyncio.create_task(single.save(saved, rows))
    await rival.wait_for_a_waiter()
    await getattr(rival.connection, outcome)()
    assert await saving is (outcome == "rollback")
    assert await single.vehicles("run-1") == rows
    await rival.close()


@pytest.mark.connected
async def test_a_save_that_is_cancelled_leaves_a_connection_that_works(
    single: SqlResultsStore, postgres_with_tables: AggregatorSettings, rows: Rows, clock: FakeClock
):
    saved = record(rows, clock.now())
    rival = Rival(postgres_with_tables)
    await rival.start_saving(saved, rows)
    for _ in range(3):
        saving = asyncio.create_task(single.save(saved, rows))
        await rival.wait_for_a_waiter()
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
        assert await single.run("run-1") is None
    await rival.connection.rollback()
    assert await single.save(saved, rows)
    await rival.close()


class Interrupted(tuple[Vehicle, ...]):
    """Rows that run an action when half of them are read."""

    __slots__ = ()
    happening: Callable[[], None]

    def __iter__(self) -> Iterator[Vehicle]:
        for number in range(len(self)):
            if number == len(self) // 2:
                type(self).happening()
            yield self[number]


@pytest.mark.connected
async def test_a_connection_lost_in_the_middle_of_a_copy_leaves_nothing_and_the_repeat_writes(
    single: SqlResultsStore, postgres_with_tables: AggregatorSettings, make: Any, clock: FakeClock
):
    visits = [vehicle(make.entered(n, 0.5), make.left(n, 0.5, 0.75)) for n in range(1, 20_001)]
    saved = record(tuple(visits), clock.now())

    def lose() -> None:
        with psycopg.connect(postgres_with_tables.database) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'onwatch-aggregator'"
            )

    Interrupted.happening = staticmethod(lose)
    with pytest.raises(StoreUnavailable, match="The database is not reached"):
        await single.save(saved, Interrupted(visits))
    assert await single.run("run-1") is None
    assert await single.vehicles("run-1") == ()
    assert await single.save(saved, visits)
    assert len(await single.vehicles("run-1")) == len(visits)


@pytest.mark.connected
async def test_a_save_that_fails_in_the_middle_of_a_copy_leaves_a_connection_that_works(
    single: SqlResultsStore, rows: Rows, clock: FakeClock
):
    Interrupted.happening = staticmethod(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await single.save(record(rows, clock.now()), Interrupted(rows))
    assert await single.run("run-1") is None
    assert await single.save(record(rows, clock.now()), rows)


@pytest.mark.connected
async def test_a_statement_that_takes_too_long_is_ended_by_the_server(
    postgres_with_tables: AggregatorSettings, rows: Rows, clock: FakeClock
):
    saved = record(rows, clock.now())
    rival = Rival(postgres_with_tables)
    await rival.start_saving(saved, rows)
    engine = make_engine(postgres_with_tables.model_copy(update={"database_statement_timeout_s": 0.05}))
    with pytest.raises(StoreUnavailable, match="statement timeout"):
        await SqlResultsStore(engine).save(saved, rows)
    await engine.dispose()
    await rival.close()


@pytest.mark.connected
async def test_a_killed_server_is_reached_again_once_it_runs(
    single: SqlResultsStore, postgres_server: PostgresServer, rows: Rows, clock: FakeClock
):
    saved = record(rows, clock.now())
    await single.save(saved, rows)
    postgres_server.kill()
    try:
        with pytest.raises(StoreUnavailable, match="The database is not reached"):
            await single.run("run-1")
    finally:
        postgres_server.start()
    assert await single.run("run-1") == saved
    assert not await single.save(saved, rows)

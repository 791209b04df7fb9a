"""The results store on SQL, through SQLAlchemy Core: SQLite in the one-process mode, PostgreSQL otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_aggregator.counting import RunRecord, RunTotals
from onwatch_aggregator.counting import finished_at as finished_at_of
from onwatch_aggregator.results.alert_tables import ALERT_TABLES, alert_rules
from onwatch_aggregator.results.bulk import write_rows
from onwatch_aggregator.results.site_tables import SITE_TABLES, sites
from onwatch_aggregator.results.tables import deletions, detections, missed_vehicles, runs, vehicles, visit_marks
from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import RunSettings, VehicleType
from onwatch_counting.log import LogChunk
from onwatch_sql.error_translation import translated_errors

# Returns a row if and only if the run is new.
_INSERT_NEW = {
    "postgresql": postgresql.insert(runs)
    .on_conflict_do_nothing(index_elements=[runs.c.run_id])
    .returning(runs.c.run_id),
    "sqlite": sqlite.insert(runs).on_conflict_do_nothing(index_elements=[runs.c.run_id]).returning(runs.c.run_id),
}

_RECORD_DELETION = {
    "postgresql": postgresql.insert(deletions).on_conflict_do_nothing(index_elements=[deletions.c.video_id]),
    "sqlite": sqlite.insert(deletions).on_conflict_do_nothing(index_elements=[deletions.c.video_id]),
}

NEWEST_FIRST = (runs.c.finished_at.desc(), runs.c.started_at.desc(), runs.c.run_id)


class SqlResultsStore:
    """`ResultsStore` on SQL. The creator of the engine disposes of it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def save(self, record: RunRecord, vehicles: Iterable[Vehicle], log: Sequence[LogChunk] = ()) -> bool:
        with translated_errors():
            async with self._engine.begin() as connection:
                return await _save(connection, record, vehicles, log)

    async def run(self, run_id: str) -> RunRecord | None:
        return await self._first(sa.select(runs).where(runs.c.run_id == run_id))

    async def newest(self, video_id: str) -> RunRecord | None:
        return await self._first(_runs_of(video_id).limit(1))

    async def runs(self, video_id: str, limit: int) -> tuple[RunRecord, ...]:
        return tuple(_record(row) for row in await self._all(_runs_of(video_id).limit(limit)))

    async def vehicles(self, run_id: str) -> tuple[Vehicle, ...]:
        columns = [column for column in vehicles.c if column.name != "run_id"]
        order = (vehicles.c.vehicle_id, vehicles.c.visit_no, vehicles.c.zone_id)
        rows = await self._all(sa.select(*columns).where(vehicles.c.run_id == run_id).order_by(*order))
        return tuple(Vehicle.model_validate(dict(row)) for row in rows)

    async def delete_logs_before(self, finished_before: datetime) -> int:
        old = sa.select(runs.c.run_id).where(runs.c.finished_at < finished_before)
        with translated_errors():
            async with self._engine.begin() as connection:
                return (await connection.execute(sa.delete(detections).where(detections.c.run_id.in_(old)))).rowcount

    async def delete_video(self, video_id: str) -> int:
        of_video = sa.select(runs.c.run_id).where(runs.c.video_id == video_id)
        with translated_errors():
            async with self._engine.begin() as connection:
                for table in (*SITE_TABLES, *ALERT_TABLES):
                    await connection.execute(sa.delete(table).where(table.c.video_id == video_id))
                for table in (detections, vehicles, visit_marks, missed_vehicles):
                    await connection.execute(sa.delete(table).where(table.c.run_id.in_(of_video)))
                return (await connection.execute(sa.delete(runs).where(runs.c.video_id == video_id))).rowcount

    async def record_deletion(self, video_id: str, now: datetime) -> None:
        row = {"video_id": video_id, "deleted_at": now}
        with translated_errors():
            async with self._engine.begin() as connection:
                await connection.execute(_RECORD_DELETION[connection.dialect.name], row)

    async def is_deleted(self, video_id: str) -> bool:
        return bool(await self._all(sa.select(deletions.c.video_id).where(deletions.c.video_id == video_id)))

    async def deletions_before(self, before: datetime) -> Sequence[str]:
        query = sa.select(deletions.c.video_id).where(deletions.c.deleted_at < before).order_by(deletions.c.deleted_at)
        return [row["video_id"] for row in await self._all(query)]

    async def forget_deletion(self, video_id: str) -> None:
        with translated_errors():
            async with self._engine.begin() as connection:
                await connection.execute(sa.delete(deletions).where(deletions.c.video_id == video_id))

    async def video_ids(self) -> frozenset[str]:
        """Videos that have runs, a site or rules of alerts in SQL."""
        stored = sa.union(*(sa.select(table.c.video_id) for table in (runs, sites, alert_rules)))
        return frozenset(row["video_id"] for row in await self._all(stored))

    async def check(self) -> None:
        await self._all(sa.select(sa.literal(1)))

    async def _first(self, query: sa.Select[Any]) -> RunRecord | None:
        rows = await self._all(query)
        return _record(rows[0]) if rows else None

    async def _all(self, query: sa.Select[Any] | sa.CompoundSelect[Any]) -> Sequence[sa.RowMapping]:
        with translated_errors():
            async with self._engine.connect() as connection:
                rows: Sequence[sa.RowMapping] = (await connection.execute(query)).mappings().all()
                return rows


async def _save(
    connection: AsyncConnection, record: RunRecord, rows: Iterable[Vehicle], log: Sequence[LogChunk] = ()
) -> bool:
    # Of two aggregators that save the run at once, the second waits here until the first has committed.
    written = await connection.execute(_INSERT_NEW[connection.dialect.name], _run_row(record))
    if written.first() is None:
        return False
    await write_rows(connection, vehicles, (_vehicle_row(record.run_id, row) for row in rows))
    await write_rows(connection, detections, (_log_row(record.run_id, chunk) for chunk in log))
    return True


def _runs_of(video_id: str) -> sa.Select[Any]:
    return sa.select(runs).where(runs.c.video_id == video_id).order_by(*NEWEST_FIRST)


def _vehicle_row(run_id: str, row: Vehicle) -> dict[str, Any]:
    return {"run_id": run_id, **row.model_dump(mode="json")}


def _log_row(run_id: str, chunk: LogChunk) -> dict[str, Any]:
    return {"run_id": run_id, **{field.name: getattr(chunk, field.name) for field in fields(LogChunk)}}


def _run_row(record: RunRecord) -> dict[str, Any]:
    totals = record.totals
    return {
        "run_id": record.run_id,
        "video_id": record.video_id,
        "started_at": record.started_at,
        "finished_at": finished_at_of(record),
        "detector_model": record.settings.detector_model,
        "settings": record.settings.model_dump(mode="json"),
        "analysed_s": record.analysed_s,
        "duration_s": record.settings.duration_s,
        "total_vehicles_count": totals.total_vehicles_count,
        "current_vehicles_count": totals.current_vehicles_count,
        "visits_count": totals.visits_count,
        "vehicle_type": {name.value: count for name, count in sorted(totals.vehicle_type.items())},
        "vehicle_dwell_time_visits": totals.closed_visits_count,
        "vehicle_dwell_time_total_us": totals.dwell_total_us,
        "vehicle_dwell_time_max_us": totals.dwell_max_us,
    }


def _record(row: sa.RowMapping) -> RunRecord:
    return RunRecord(
        video_id=row["video_id"],
        run_id=row["run_id"],
        settings=RunSettings.model_validate(row["settings"]),
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        analysed_s=row["analysed_s"],
        totals=RunTotals(
            total_vehicles_count=row["total_vehicles_count"],
            current_vehicles_count=row["current_vehicles_count"],
            visits_count=row["visits_count"],
            vehicle_type={VehicleType(name): count for name, count in row["vehicle_type"].items()},
            closed_visits_count=row["vehicle_dwell_time_visits"],
            dwell_total_us=row["vehicle_dwell_time_total_us"],
            dwell_max_us=row["vehicle_dwell_time_max_us"],
        ),
    )

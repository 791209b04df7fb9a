"""Marks in SQL. They are deleted with their run."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.results import missed_vehicles, visit_marks
from onwatch_contracts.marks import MissedRequest, MissedVehicle, VisitMark
from onwatch_sql.error_translation import translated_errors


class MarkStore(Protocol):
    """Every method raises `StoreUnavailable` when the store is not reached. `put` and `add_missed` return False for a
    run that does not exist (any more)."""

    async def marks(self, run_id: str) -> tuple[VisitMark, ...]:
        """By vehicle and visit."""
        ...

    async def missed(self, run_id: str) -> tuple[MissedVehicle, ...]:
        """By time."""
        ...

    async def put(self, run_id: str, mark: VisitMark, now: datetime) -> bool:
        """Replaces an earlier mark of the visit."""
        ...

    async def remove(self, run_id: str, zone_id: str, vehicle_id: int, visit_no: int) -> None: ...

    async def add_missed(self, run_id: str, missed: MissedRequest, now: datetime) -> bool: ...

    async def remove_missed(self, run_id: str, missed_id: int) -> None: ...


class SqlMarkStore:
    """`MarkStore` on SQL. The creator of the engine disposes of it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def marks(self, run_id: str) -> tuple[VisitMark, ...]:
        columns = [visit_marks.c[name] for name in VisitMark.model_fields]
        order = (visit_marks.c.vehicle_id, visit_marks.c.visit_no, visit_marks.c.zone_id)
        query = sa.select(*columns).where(visit_marks.c.run_id == run_id).order_by(*order)
        with translated_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
        return tuple(VisitMark.model_validate(dict(row)) for row in rows)

    async def missed(self, run_id: str) -> tuple[MissedVehicle, ...]:
        columns = [missed_vehicles.c[name] for name in MissedVehicle.model_fields]
        order = (missed_vehicles.c.at_s, missed_vehicles.c.missed_id)
        query = sa.select(*columns).where(missed_vehicles.c.run_id == run_id).order_by(*order)
        with translated_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
        return tuple(MissedVehicle.model_validate(dict(row)) for row in rows)

    async def put(self, run_id: str, mark: VisitMark, now: datetime) -> bool:
        row = {"run_id": run_id, **mark.model_dump(mode="json"), "marked_at": now}
        return await self._insert(visit_marks, row, replaced=_of_visit(run_id, mark))

    async def remove(self, run_id: str, zone_id: str, vehicle_id: int, visit_no: int) -> None:
        of_visit = (
            visit_marks.c.run_id == run_id,
            visit_marks.c.zone_id == zone_id,
            visit_marks.c.vehicle_id == vehicle_id,
            visit_marks.c.visit_no == visit_no,
        )
        await self._delete(sa.delete(visit_marks).where(*of_visit))

    async def add_missed(self, run_id: str, missed: MissedRequest, now: datetime) -> bool:
        newest = sa.select(sa.func.coalesce(sa.func.max(missed_vehicles.c.missed_id), 0) + 1)
        next_id = newest.where(missed_vehicles.c.run_id == run_id).scalar_subquery()
        row = {"run_id": run_id, "missed_id": next_id, **missed.model_dump(mode="json"), "marked_at": now}
        return await self._insert(missed_vehicles, row)

    async def remove_missed(self, run_id: str, missed_id: int) -> None:
        of_id = missed_vehicles.c.run_id == run_id, missed_vehicles.c.missed_id == missed_id
        await self._delete(sa.delete(missed_vehicles).where(*of_id))

    async def _insert(self, table: sa.Table, row: dict[str, Any], replaced: sa.Delete | None = None) -> bool:
        with translated_errors():
            try:
                async with self._engine.begin() as connection:
                    if replaced is not None:
                        await connection.execute(replaced)
                    await connection.execute(sa.insert(table).values(**row))
            except IntegrityError:  # its run was deleted meanwhile, or another person marked at the same moment
                return False
        return True

    async def _delete(self, query: sa.Delete) -> None:
        with translated_errors():
            async with self._engine.begin() as connection:
                await connection.execute(query)


def _of_visit(run_id: str, mark: VisitMark) -> sa.Delete:
    return sa.delete(visit_marks).where(
        visit_marks.c.run_id == run_id,
        visit_marks.c.zone_id == mark.zone_id,
        visit_marks.c.vehicle_id == mark.vehicle_id,
        visit_marks.c.visit_no == mark.visit_no,
    )

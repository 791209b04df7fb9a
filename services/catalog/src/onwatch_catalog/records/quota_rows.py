"""How much is stored, and reserved for what is being written: within a transaction of others."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from onwatch_catalog.records.tables import processes, quota_reservations, uploads, videos
from onwatch_sql.inserting import insert_or_replace

DECIDING_LOCK = int.from_bytes(b"owcquota")
"""The advisory lock of the process that decides whether something fits."""
IS_LEFT = sa.and_(
    quota_reservations.c.process_number.is_not(None),
    quota_reservations.c.process_number.not_in(sa.select(processes.c.number)),
)


async def used_bytes(connection: AsyncConnection, without: str | None = None) -> int:
    """Of all videos, of unfinished uploads when they are complete, and of what is reserved by processes that live.

    What is reserved for one that has just become a video or an upload counts once. `without`: an id that is left out.
    """
    stored = ((videos, videos.c.id), (uploads, uploads.c.video_id))
    sums = [_sum(table, key != without if without else sa.true()) for table, key in stored]
    owner = quota_reservations.c.owner
    is_stored = sa.or_(*(owner.in_(sa.select(key)) for _, key in stored))
    is_counted = sa.and_(sa.not_(IS_LEFT), sa.not_(is_stored), owner != without if without else sa.true())
    return int(await connection.scalar(sa.select(sums[0] + sums[1] + _sum(quota_reservations, is_counted))) or 0)


async def reserve(
    connection: AsyncConnection, owner: str, size_bytes: int, limit_bytes: int, process_number: int | None
) -> int | None:
    """None if it fits; else what is used without it. One process decides at a time: on SQLite there is one writer."""
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(DECIDING_LOCK)))
    used = await used_bytes(connection, without=owner)
    if used + size_bytes > limit_bytes:
        return used
    row = {"owner": owner, "size_bytes": size_bytes, "process_number": process_number}
    await connection.execute(insert_or_replace(connection.dialect, quota_reservations, row))
    return None


async def release(connection: AsyncConnection, owner: str) -> None:
    """And what processes have left that do not live any more."""
    is_over = sa.or_(quota_reservations.c.owner == owner, IS_LEFT)
    await connection.execute(sa.delete(quota_reservations).where(is_over))


def _sum(table: sa.Table, which: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.coalesce(sa.func.sum(table.c.size_bytes), 0)).where(which).scalar_subquery()

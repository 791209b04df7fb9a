"""Reads the log of detections of finished runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.results import detections, next_chunks
from onwatch_sql.error_translation import translated_errors

CHUNKS_PER_READ = 60
"""In memory at once: ten minutes of video, less than a megabyte."""


class LogStore(Protocol):
    """Every method raises `StoreUnavailable` when the store is not reached."""

    async def has_log(self, run_id: str) -> bool: ...

    async def boxes_count(self, run_id: str) -> int | None:
        """How many boxes the log has; None: the run has no log."""
        ...

    async def part(self, run_id: str, from_s: float, to_s: float) -> Sequence[bytes]:
        """The chunks that have pictures of the span, in order."""
        ...

    def whole(self, run_id: str) -> AsyncIterator[Sequence[bytes]]:
        """All chunks in order, a few at a time."""
        ...


class SqlLogStore:
    """`LogStore` on SQL. The creator of the engine disposes of it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def has_log(self, run_id: str) -> bool:
        return bool(await self._all(sa.select(detections.c.chunk_no).where(detections.c.run_id == run_id).limit(1)))

    async def boxes_count(self, run_id: str) -> int | None:
        query = sa.select(sa.func.sum(detections.c.boxes_count).label("count")).where(detections.c.run_id == run_id)
        count = (await self._all(query))[0]["count"]
        return None if count is None else int(count)

    async def part(self, run_id: str, from_s: float, to_s: float) -> Sequence[bytes]:
        is_in_span = (detections.c.starts_s < to_s) & (detections.c.ends_s >= from_s)
        query = sa.select(detections.c.body).where(detections.c.run_id == run_id, is_in_span)
        return [bytes(row["body"]) for row in await self._all(query.order_by(detections.c.chunk_no))]

    async def whole(self, run_id: str) -> AsyncIterator[Sequence[bytes]]:
        newest = -1
        while rows := await self._all(next_chunks(run_id, newest).limit(CHUNKS_PER_READ)):
            newest = rows[-1]["chunk_no"]
            yield [bytes(row["body"]) for row in rows]

    async def _all(self, query: sa.Select[*tuple[Any, ...]]) -> Sequence[sa.RowMapping]:
        with translated_errors():
            async with self._engine.connect() as connection:
                rows: Sequence[sa.RowMapping] = (await connection.execute(query)).mappings().all()
                return rows

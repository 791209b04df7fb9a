"""The store of videos in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_catalog.outbox import OutboxEntry
from onwatch_catalog.records.paging import PageKey
from onwatch_catalog.records.site import StoredSite, VideoSite
from onwatch_catalog.records.site_rows import row_of_site, site_of_row
from onwatch_catalog.records.store import Rule, SiteMessages, SiteRule
from onwatch_catalog.records.tables import outbox, pending_deletions, sites, videos
from onwatch_catalog.records.video import AnalysisRequest, StoredVideo
from onwatch_contracts.http import CalibrateCoordinates, VideoStatus
from onwatch_contracts.messages import Message
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_runtime.bus import encode
from onwatch_sql.error_translation import translated_errors
from onwatch_sql.sqlite import writing

FIELDS = tuple(field.name for field in fields(StoredVideo))


class SqlStore:
    """`VideoStore` and `Outbox` in one database, so that a change and its message are one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writing = writing(engine)

    # --- videos ----------------------------------------------------------------------------------

    async def find(self, video_id: str) -> StoredVideo | None:
        async with _transaction(self._engine) as connection:
            return await _read(connection, sa.select(videos).where(videos.c.id == video_id))

    async def page(self, limit: int, after: PageKey | None) -> Sequence[StoredVideo]:
        query = sa.select(videos).order_by(videos.c.created_at.desc(), videos.c.id.desc()).limit(limit)
        if after is not None:
            query = query.where(_older_than(after))
        async with _transaction(self._engine) as connection:
            return [_video(row) for row in (await connection.execute(query)).mappings()]

    async def pending_analyses(self, limit: int) -> Sequence[AnalysisRequest]:
        requested_at = videos.c.analysis_requested_at
        query = (
            sa.select(videos.c.id, requested_at)
            .where(requested_at.is_not(None))
            .order_by(requested_at, videos.c.id)
            .limit(limit)
        )
        async with _transaction(self._engine) as connection:
            return [AnalysisRequest(*row) for row in await connection.execute(query)]

    async def change(self, video_id: str, rule: Rule, message: Message | None = None) -> StoredVideo | None:
        this = videos.c.id == video_id
        async with _transaction(self._writing) as connection:
            video = await _read(connection, sa.select(videos).where(this).with_for_update())
            if video is None:
                return None
            changed = rule(video)
            if changed != video:
                await connection.execute(sa.update(videos).where(this).values(_row(changed)))
                await _send(connection, message)
            return changed

    async def add(self, video: StoredVideo, *messages: Message, site: StoredSite | None = None) -> None:
        async with _transaction(self._writing) as connection:
            await connection.execute(sa.insert(videos).values(_row(video)))
            await connection.execute(sa.delete(pending_deletions).where(pending_deletions.c.video_id == video.id))
            if site is not None:
                await connection.execute(sa.insert(sites).values(row_of_site(video.id, site)))
            for message in messages:
                await _send(connection, message)

    async def remove(self, video_id: str, message: Message) -> bool:
        async with _transaction(self._writing) as connection:
            deleted = await connection.execute(sa.delete(videos).where(videos.c.id == video_id))
            if not deleted.rowcount:
                return False
            await connection.execute(sa.insert(pending_deletions).values(video_id=video_id))
            await _send(connection, message)
            return True

    # --- sites -----------------------------------------------------------------------------------

    async def find_site(self, video_id: str) -> VideoSite | None:
        async with _transaction(self._engine) as connection:
            return await _read_site(connection, sa.select(videos).where(videos.c.id == video_id))

    async def videos_without_site(self, limit: int) -> Sequence[StoredVideo]:
        query = sa.select(videos).outerjoin(sites).where(sites.c.video_id.is_(None)).order_by(videos.c.id).limit(limit)
        async with _transaction(self._engine) as connection:
            return [_video(row) for row in (await connection.execute(query)).mappings()]

    async def change_site(self, video_id: str, rule: SiteRule, messages: SiteMessages) -> VideoSite | None:
        this = videos.c.id == video_id
        async with _transaction(self._writing) as connection:
            before = await _read_site(connection, sa.select(videos).where(this).with_for_update())
            if before is None:
                return None
            after = rule(before).after(before)
            if after.video != before.video:
                await connection.execute(sa.update(videos).where(this).values(_row(after.video)))
            if after.stored != before.stored:
                await _write_site(connection, video_id, after.stored, is_new=before.revision == 0)
            if after != before:
                for message in messages(before, after):
                    await _send(connection, message)
            return after

    # --- pending deletions -----------------------------------------------------------------------

    async def add_pending_deletion(self, video_id: str) -> None:
        async with _transaction(self._writing) as connection:
            await connection.execute(sa.insert(pending_deletions).values(video_id=video_id))

    async def pending_deletions(self) -> Sequence[str]:
        async with _transaction(self._engine) as connection:
            return list(await connection.scalars(sa.select(pending_deletions.c.video_id)))

    async def is_deletion_pending(self, video_id: str) -> bool:
        query = sa.select(pending_deletions.c.video_id).where(pending_deletions.c.video_id == video_id)
        async with _transaction(self._engine) as connection:
            return await connection.scalar(query) is not None

    async def end_pending_deletion(self, video_id: str) -> None:
        async with _transaction(self._writing) as connection:
            await connection.execute(sa.delete(pending_deletions).where(pending_deletions.c.video_id == video_id))

    # --- outbox ----------------------------------------------------------------------------------

    async def unsent(self, limit: int) -> Sequence[OutboxEntry]:
        query = sa.select(outbox.c.id, outbox.c.routing_key, outbox.c.body).order_by(outbox.c.id).limit(limit)
        async with _transaction(self._engine) as connection:
            return [OutboxEntry(*row) for row in await connection.execute(query)]

    async def mark_sent(self, entry_id: int) -> None:
        async with _transaction(self._writing) as connection:
            await connection.execute(sa.delete(outbox).where(outbox.c.id == entry_id))

    async def unsent_before(self, before: datetime) -> Sequence[tuple[int, str, datetime]]:
        """Entries as old as that or older: (id, routing key, when it was written)."""
        query = sa.select(outbox.c.id, outbox.c.routing_key, outbox.c.created_at).where(outbox.c.created_at <= before)
        async with _transaction(self._engine) as connection:
            return [(row.id, row.routing_key, row.created_at) for row in await connection.execute(query)]

    async def check(self) -> None:
        async with _transaction(self._engine) as connection:
            await connection.execute(sa.select(1))


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    with translated_errors():
        async with engine.begin() as connection:
            yield connection


async def _read(connection: AsyncConnection, query: sa.Select[Any]) -> StoredVideo | None:
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _video(row)


async def _read_site(connection: AsyncConnection, query: sa.Select[Any]) -> VideoSite | None:
    video = await _read(connection, query)
    if video is None:
        return None
    found = await connection.execute(sa.select(sites).where(sites.c.video_id == video.id))
    row = found.mappings().one_or_none()
    return VideoSite(video, StoredSite() if row is None else site_of_row(row))


async def _write_site(connection: AsyncConnection, video_id: str, site: StoredSite, *, is_new: bool) -> None:
    row = row_of_site(video_id, site)
    if is_new:
        await connection.execute(sa.insert(sites).values(row))
    else:
        await connection.execute(sa.update(sites).where(sites.c.video_id == video_id).values(row))


async def _send(connection: AsyncConnection, message: Message | None) -> None:
    if message is not None:
        await connection.execute(
            sa.insert(outbox).values(
                routing_key=message.routing_key, body=encode(message), created_at=message.occurred_at
            )
        )


def _older_than(key: PageKey) -> sa.ColumnElement[bool]:
    older = videos.c.created_at < key.created_at
    return sa.or_(older, sa.and_(videos.c.created_at == key.created_at, videos.c.id < key.video_id))


def _row(video: StoredVideo) -> dict[str, Any]:
    row = {name: getattr(video, name) for name in FIELDS}
    row["notes"] = list(video.notes)
    row["calibration"] = video.calibration and video.calibration.model_dump(mode="json")
    return row


def _video(row: sa.RowMapping) -> StoredVideo:
    values = {name: row[name] for name in FIELDS}
    calibration = row["calibration"]
    return StoredVideo(
        **{
            **values,
            "status": VideoStatus(row["status"]),
            "anchor": Anchor(row["anchor"]),
            "engine": EngineChoice(row["engine"]),
            "roi": row["roi"] and tuple((x, y) for x, y in row["roi"]),
            "calibration": calibration and CalibrateCoordinates.model_validate(calibration),
            "is_counted": bool(row["is_counted"]),
            "is_rate_assumed": bool(row["is_rate_assumed"]),
            "notes": tuple(row["notes"] or ()),
        }
    )

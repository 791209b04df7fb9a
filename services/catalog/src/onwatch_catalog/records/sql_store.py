"""The store of videos in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_catalog.errors import FilesTakenOver
from onwatch_catalog.outbox import OutboxEntry
from onwatch_catalog.records import quota_rows
from onwatch_catalog.records.folder_rows import keep_folder
from onwatch_catalog.records.list_query import conditions_of, page_query
from onwatch_catalog.records.listing import Listing
from onwatch_catalog.records.name_key import name_key
from onwatch_catalog.records.paging import NEWEST_FIRST, PageKey
from onwatch_catalog.records.site import StoredSite, VideoSite
from onwatch_catalog.records.site_rows import row_of_site, site_of_row
from onwatch_catalog.records.store import Also, Rule, SiteMessages, SiteRule
from onwatch_catalog.records.tables import outbox, pending_deletions, processes, sites, uploads, videos
from onwatch_catalog.records.video import AnalysisRequest, StoredVideo
from onwatch_contracts.http import CalibrateCoordinates, VideoStatus
from onwatch_contracts.messages import Message
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_runtime.bus import encode
from onwatch_sql.error_translation import transaction
from onwatch_sql.sqlite import writing

NAMES_AT_ONCE = 1000
SENDING_LOCK = int.from_bytes(b"owoutbox")
"""The advisory lock of the process that publishes the outbox."""
FIELDS = tuple(field.name for field in fields(StoredVideo))


class SqlStore:
    """`VideoStore` and `Outbox` in one database, so that a change and its message are one transaction."""

    def __init__(self, engine: AsyncEngine, process_number: Callable[[], int | None] = lambda: None) -> None:
        """The number is that of this process; without one, what it leaves pending is of nobody."""
        self._engine = engine
        self._writing = writing(engine)
        self._process_number = process_number

    # --- videos ----------------------------------------------------------------------------------

    async def find(self, video_id: str) -> StoredVideo | None:
        async with transaction(self._engine) as connection:
            return await _read(connection, sa.select(videos).where(videos.c.id == video_id))

    async def page(
        self, limit: int, after: PageKey | None, listing: Listing = NEWEST_FIRST, skipped: int = 0
    ) -> Sequence[StoredVideo]:
        ids = page_query(listing, after).limit(limit).offset(skipped)
        async with transaction(self._engine) as connection:
            # First the ids, from an index alone: the rows of skipped videos and of other names are never read.
            wanted = list(await connection.scalars(ids))
            rows = await connection.execute(sa.select(videos).where(videos.c.id.in_(wanted)))
            found = {row["id"]: _video(row) for row in rows.mappings()}
        return [found[video_id] for video_id in wanted if video_id in found]

    async def count(self, listing: Listing) -> int:
        query = sa.select(sa.func.count()).select_from(videos).where(*conditions_of(listing))
        async with transaction(self._engine) as connection:
            return int(await connection.scalar(query) or 0)

    async def refresh_name_keys(self) -> None:
        last = ""
        while found := await self._names_after(last):
            last = found[-1][0]
            stale = [
                {"of": video_id, "named": name, "key": name_key(name)}
                for video_id, name, key in found
                if key != name_key(name)
            ]
            if stale:
                same = sa.and_(videos.c.id == sa.bindparam("of"), videos.c.name == sa.bindparam("named"))
                async with transaction(self._writing) as connection:
                    await connection.execute(sa.update(videos).where(same).values(name_key=sa.bindparam("key")), stale)

    async def _names_after(self, video_id: str) -> list[tuple[str, str, str | None]]:
        query = sa.select(videos.c.id, videos.c.name, videos.c.name_key).where(videos.c.id > video_id)
        async with transaction(self._engine) as connection:
            found = await connection.execute(query.order_by(videos.c.id).limit(NAMES_AT_ONCE))
            return [(row.id, row.name, row.name_key) for row in found]

    async def pending_analyses(self, limit: int) -> Sequence[AnalysisRequest]:
        requested_at = videos.c.analysis_requested_at
        query = (
            sa.select(videos.c.id, requested_at)
            .where(requested_at.is_not(None))
            .order_by(requested_at, videos.c.id)
            .limit(limit)
        )
        async with transaction(self._engine) as connection:
            return [AnalysisRequest(*row) for row in await connection.execute(query)]

    async def queued_analyses(self, limit: int, listing: Listing) -> Sequence[str]:
        query = (
            sa.select(videos.c.id)
            .where(*conditions_of(replace(listing, is_queued=True)))
            .order_by(videos.c.analysis_requested_at, videos.c.id)
            .limit(limit)
        )
        async with transaction(self._engine) as connection:
            return list(await connection.scalars(query))

    async def change(
        self, video_id: str, rule: Rule, message: Message | None = None, also: Also | None = None
    ) -> StoredVideo | None:
        this = videos.c.id == video_id
        async with transaction(self._writing) as connection:
            video = await _read(connection, sa.select(videos).where(this).with_for_update())
            if video is None:
                return None
            changed = rule(video)
            if changed != video:
                await connection.execute(sa.update(videos).where(this).values(_row(changed)))
                await _send(connection, message)
            if also is not None:
                await also(connection, video)
            return changed

    async def add(
        self, video: StoredVideo, *messages: Message, site: StoredSite | None = None, is_received: bool = False
    ) -> None:
        is_mine = pending_deletions.c.process_number.is_not_distinct_from(self._process_number())
        async with transaction(self._writing) as connection:
            await keep_folder(connection, video.folder_id)
            pending = sa.delete(pending_deletions).where(pending_deletions.c.video_id == video.id, is_mine)
            upload = sa.delete(uploads).where(uploads.c.video_id == video.id)
            ended = [(await connection.execute(statement)).rowcount for statement in (pending, upload)]
            if is_received and not any(ended):
                raise FilesTakenOver(video.id)
            await connection.execute(sa.insert(videos).values(_row(video)))
            if site is not None:
                await connection.execute(sa.insert(sites).values(row_of_site(video.id, site)))
            for message in messages:
                await _send(connection, message)

    async def remove(self, video_id: str, message: Message) -> bool:
        async with transaction(self._writing) as connection:
            deleted = await connection.execute(sa.delete(videos).where(videos.c.id == video_id))
            if not deleted.rowcount:
                return False
            await connection.execute(self._pending(video_id))
            await _send(connection, message)
            return True

    # --- sites -----------------------------------------------------------------------------------

    async def find_site(self, video_id: str) -> VideoSite | None:
        async with transaction(self._engine) as connection:
            return await _read_site(connection, sa.select(videos).where(videos.c.id == video_id))

    async def videos_without_site(self, limit: int) -> Sequence[StoredVideo]:
        query = sa.select(videos).outerjoin(sites).where(sites.c.video_id.is_(None)).order_by(videos.c.id).limit(limit)
        async with transaction(self._engine) as connection:
            return [_video(row) for row in (await connection.execute(query)).mappings()]

    async def change_site(self, video_id: str, rule: SiteRule, messages: SiteMessages) -> VideoSite | None:
        this = videos.c.id == video_id
        async with transaction(self._writing) as connection:
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
        async with transaction(self._writing) as connection:
            await connection.execute(self._pending(video_id))

    def _pending(self, video_id: str) -> sa.Insert:
        return sa.insert(pending_deletions).values(video_id=video_id, process_number=self._process_number())

    async def pending_deletions(self) -> Sequence[str]:
        async with transaction(self._engine) as connection:
            return list(await connection.scalars(sa.select(pending_deletions.c.video_id)))

    async def take_pending_deletions(self) -> Sequence[str]:
        mine = sa.update(pending_deletions).values(process_number=self._process_number())
        number = pending_deletions.c.process_number
        is_left = sa.or_(number.is_(None), number.not_in(sa.select(processes.c.number)))
        async with transaction(self._writing) as connection:
            return list(await connection.scalars(mine.where(is_left).returning(pending_deletions.c.video_id)))

    async def leave_pending_deletion(self, video_id: str) -> None:
        this = pending_deletions.c.video_id == video_id
        async with transaction(self._writing) as connection:
            await connection.execute(sa.update(pending_deletions).where(this).values(process_number=None))

    async def is_deletion_pending(self, video_id: str) -> bool:
        query = sa.select(pending_deletions.c.video_id).where(pending_deletions.c.video_id == video_id)
        async with transaction(self._engine) as connection:
            return await connection.scalar(query) is not None

    async def end_pending_deletion(self, video_id: str) -> None:
        async with transaction(self._writing) as connection:
            await connection.execute(sa.delete(pending_deletions).where(pending_deletions.c.video_id == video_id))

    # --- quota -----------------------------------------------------------------------------------

    async def used_bytes(self) -> int:
        async with transaction(self._engine) as connection:
            return await quota_rows.used_bytes(connection)

    async def reserve_bytes(self, owner: str, size_bytes: int, limit_bytes: int) -> int | None:
        async with transaction(self._writing) as connection:
            return await quota_rows.reserve(connection, owner, size_bytes, limit_bytes, self._process_number())

    async def release_bytes(self, owner: str) -> None:
        async with transaction(self._writing) as connection:
            await quota_rows.release(connection, owner)

    # --- outbox ----------------------------------------------------------------------------------

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Sequence[OutboxEntry] | None]:
        """On PostgreSQL the right to send ends with the transaction, however that ends; SQLite has one process."""
        if self._engine.dialect.name == "sqlite":  # a transaction would keep others from writing meanwhile
            entries = await self.unsent(1)
            yield entries
            for entry in entries:
                await self.mark_sent(entry.id)
            return
        async with transaction(self._engine) as connection:
            if not await connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(SENDING_LOCK))):
                yield None
                return
            entries = await _unsent(connection, 1)
            yield entries
            for entry in entries:
                await connection.execute(sa.delete(outbox).where(outbox.c.id == entry.id))

    async def unsent(self, limit: int) -> Sequence[OutboxEntry]:
        async with transaction(self._engine) as connection:
            return await _unsent(connection, limit)

    async def mark_sent(self, entry_id: int) -> None:
        async with transaction(self._writing) as connection:
            await connection.execute(sa.delete(outbox).where(outbox.c.id == entry_id))

    async def unsent_before(self, before: datetime) -> Sequence[tuple[int, str, datetime]]:
        """Entries as old as that or older: (id, routing key, when it was written)."""
        query = sa.select(outbox.c.id, outbox.c.routing_key, outbox.c.created_at).where(outbox.c.created_at <= before)
        async with transaction(self._engine) as connection:
            return [(row.id, row.routing_key, row.created_at) for row in await connection.execute(query)]

    async def check(self) -> None:
        async with transaction(self._engine) as connection:
            await connection.execute(sa.select(1))


async def _unsent(connection: AsyncConnection, limit: int) -> list[OutboxEntry]:
    query = sa.select(outbox.c.id, outbox.c.routing_key, outbox.c.body).order_by(outbox.c.id).limit(limit)
    return [OutboxEntry(*row) for row in await connection.execute(query)]


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


def _row(video: StoredVideo) -> dict[str, Any]:
    row = {name: getattr(video, name) for name in FIELDS}
    row["name_key"] = name_key(video.name)
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

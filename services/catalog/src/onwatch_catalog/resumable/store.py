"""The unfinished uploads in SQL. Every method is one transaction and raises `StoreUnavailable`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_catalog.records import keep_folder, pending_deletions, uploads
from onwatch_catalog.resumable.unfinished import UnfinishedUpload
from onwatch_sql.error_translation import transaction
from onwatch_sql.sqlite import writing


class UploadStore:
    """An upload ends when its video is added (`SqlStore.add`), or when it is abandoned."""

    def __init__(self, engine: AsyncEngine, process_number: Callable[[], int | None] = lambda: None) -> None:
        self._engine = writing(engine)
        self._process_number = process_number

    async def add(self, upload: UnfinishedUpload) -> None:
        """`FolderNotFound` if there is no such folder; the folder cannot be deleted while the upload is unfinished."""
        async with transaction(self._engine) as connection:
            await keep_folder(connection, upload.folder_id)
            await connection.execute(sa.insert(uploads).values(asdict(upload)))

    async def find(self, video_id: str) -> UnfinishedUpload | None:
        return next(iter(await self._read(sa.select(uploads).where(uploads.c.video_id == video_id))), None)

    async def all(self) -> Sequence[UnfinishedUpload]:
        return await self._read(sa.select(uploads).order_by(uploads.c.video_id))

    async def extend(self, video_id: str, expires_at: datetime) -> None:
        this = uploads.c.video_id == video_id
        async with transaction(self._engine) as connection:
            await connection.execute(sa.update(uploads).where(this).values(expires_at=expires_at))

    async def abandon(self, video_id: str) -> bool:
        """End the upload and add a pending deletion of its folder; False if there is no such upload."""
        async with transaction(self._engine) as connection:
            ended = await connection.execute(sa.delete(uploads).where(uploads.c.video_id == video_id))
            if ended.rowcount:
                pending = {"video_id": video_id, "process_number": self._process_number()}
                await connection.execute(sa.insert(pending_deletions).values(pending))
            return bool(ended.rowcount)

    async def _read(self, query: sa.Select[tuple[object, ...]]) -> list[UnfinishedUpload]:
        async with transaction(self._engine) as connection:
            return [UnfinishedUpload(**row) for row in (await connection.execute(query)).mappings()]

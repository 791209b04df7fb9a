"""Folders in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_catalog.errors import FolderNotFound, VideoNotFound
from onwatch_catalog.folders.errors import FolderNameTaken, FolderNotEmpty, TooManyFolders
from onwatch_catalog.records import folder_key, folders, folders_of, keep_folder, uploads, videos
from onwatch_contracts.folders import Folder
from onwatch_sql.error_translation import transaction
from onwatch_sql.sqlite import writing

MAX_FOLDERS = 1000
"""They are listed on one page."""
MayMove = Callable[[str, str | None], None]
"""Raises the refusal for a video, by its id and its folder."""


@dataclass(frozen=True)
class NewFolder:
    id: str
    name: str
    created_at: datetime


class FolderStore:
    """Every method is one transaction and raises `StoreUnavailable` when the database cannot be reached."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writing = writing(engine)

    async def all(self) -> Sequence[Folder]:
        """By name."""
        return await self._read(_counted().order_by(folders.c.name_key))

    async def find(self, folder_id: str) -> Folder:
        """`FolderNotFound`."""
        found = await self._read(_counted().where(folders.c.id == folder_id))
        if not found:
            raise FolderNotFound(folder_id)
        return found[0]

    async def add(self, folder: NewFolder) -> None:
        """`FolderNameTaken`, `TooManyFolders`."""
        row = {
            "id": folder.id,
            "name": folder.name,
            "name_key": folder_key(folder.name),
            "created_at": folder.created_at,
        }
        try:
            async with transaction(self._writing) as connection:
                if (await _count(connection, folders)) >= MAX_FOLDERS:
                    raise TooManyFolders(MAX_FOLDERS)
                await connection.execute(sa.insert(folders).values(row))
        except IntegrityError as error:
            raise FolderNameTaken(folder.name) from error

    async def rename(self, folder_id: str, name: str) -> None:
        """`FolderNotFound`, `FolderNameTaken`."""
        change = sa.update(folders).where(folders.c.id == folder_id).values(name=name, name_key=folder_key(name))
        try:
            async with transaction(self._writing) as connection:
                is_changed = bool((await connection.execute(change)).rowcount)
        except IntegrityError as error:
            raise FolderNameTaken(name) from error
        if not is_changed:
            raise FolderNotFound(folder_id)

    async def remove(self, folder_id: str) -> None:
        """`FolderNotFound`, and `FolderNotEmpty` for one with videos or unfinished uploads."""
        this = folders.c.id == folder_id
        async with transaction(self._writing) as connection:
            # Locked against `keep_folder`: nothing is put into it meanwhile.
            name = await connection.scalar(sa.select(folders.c.name).where(this).with_for_update())
            if name is None:
                raise FolderNotFound(folder_id)
            counts = [await _count(connection, table, table.c.folder_id == folder_id) for table in (videos, uploads)]
            if any(counts):
                raise FolderNotEmpty(name, *counts)
            await connection.execute(sa.delete(folders).where(this))

    async def folders_of(self, video_ids: Collection[str]) -> Mapping[str, str]:
        """By video or unfinished upload, without those that are in no folder."""
        async with transaction(self._engine) as connection:
            return await folders_of(connection, video_ids)

    async def move(self, video_ids: Collection[str], folder_id: str | None, may_move: MayMove) -> None:
        """All of them or, with a refusal, none. `FolderNotFound`, `VideoNotFound`, and what `may_move` raises."""
        is_one = videos.c.id.in_(video_ids)
        async with transaction(self._writing) as connection:
            await keep_folder(connection, folder_id)
            # In one order, so that two moves of the same videos wait for each other and not both for ever.
            query = sa.select(videos.c.id, videos.c.folder_id).where(is_one).order_by(videos.c.id).with_for_update()
            found = {row.id: row.folder_id for row in await connection.execute(query)}
            for video_id in video_ids:
                if video_id not in found:
                    raise VideoNotFound(video_id)
                may_move(video_id, found[video_id])
            await connection.execute(sa.update(videos).where(is_one).values(folder_id=folder_id))

    async def _read(self, query: sa.Select[tuple[object, ...]]) -> Sequence[Folder]:
        async with transaction(self._engine) as connection:
            return [Folder.model_validate(dict(row)) for row in (await connection.execute(query)).mappings()]


def _counted() -> sa.Select[tuple[object, ...]]:
    inside = sa.select(sa.func.count()).select_from(videos).where(videos.c.folder_id == folders.c.id)
    columns = (folders.c.id, folders.c.name, folders.c.created_at)
    return sa.select(*columns, inside.scalar_subquery().label("videos_count"))


async def _count(connection: AsyncConnection, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return int(await connection.scalar(query) or 0)

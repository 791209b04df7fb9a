"""Which folder videos are in, and the lock that keeps a folder from being deleted: within a transaction of others."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from onwatch_catalog.errors import FolderNotFound
from onwatch_catalog.records.name_key import name_key
from onwatch_catalog.records.tables import folders, uploads, videos


def folder_key(name: str) -> str:
    """What decides the order of folders, and whether two have the same name."""
    return name_key(name)


async def folders_of(connection: AsyncConnection, video_ids: Collection[str]) -> dict[str, str]:
    """By video or unfinished upload; without those that are in no folder, or do not exist."""
    if not video_ids:
        return {}
    found: dict[str, str] = {}
    for table, column in ((uploads, uploads.c.video_id), (videos, videos.c.id)):
        is_one = sa.and_(column.in_(video_ids), table.c.folder_id.is_not(None))
        rows = await connection.execute(sa.select(column, table.c.folder_id).where(is_one))
        found.update((row[0], row[1]) for row in rows)
    return found


async def keep_folder(connection: AsyncConnection, folder_id: str | None) -> None:
    """Until the end of the transaction. `FolderNotFound` if there is no such folder; None is no folder."""
    if folder_id is None:
        return
    query = sa.select(folders.c.id).where(folders.c.id == folder_id).with_for_update(read=True, key_share=True)
    if await connection.scalar(query) is None:
        raise FolderNotFound(folder_id)

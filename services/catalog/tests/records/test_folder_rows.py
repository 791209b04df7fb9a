"""Which folders videos and uploads are in, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from onwatch_catalog.errors import FolderNotFound
from onwatch_catalog.records import SqlStore, folder_key, folders, folders_of, keep_folder, make_engine, uploads
from onwatch_catalog.settings import CatalogSettings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_folders_of_videos_and_unfinished_uploads(
    store: SqlStore, database: CatalogSettings, make_video: Any
) -> None:
    engine = make_engine(database)
    folder = {"id": "north", "name": "North", "name_key": folder_key("North"), "created_at": NOON}
    upload = {"video_id": "u", "name": "Elm", "filename": "", "size_bytes": 1, "expires_at": NOON, "folder_id": "north"}
    async with engine.begin() as connection:
        await connection.execute(sa.insert(folders).values(folder))
        await connection.execute(sa.insert(uploads).values(upload))
    await store.add(replace(make_video("a"), folder_id="north"))
    await store.add(make_video("b"))

    async with engine.begin() as connection:
        assert await folders_of(connection, ["a", "b", "u", "x"]) == {"a": "north", "u": "north"}
        assert await folders_of(connection, []) == {}
        await keep_folder(connection, "north")
        await keep_folder(connection, None)
        with pytest.raises(FolderNotFound):
            await keep_folder(connection, "south")
    await engine.dispose()

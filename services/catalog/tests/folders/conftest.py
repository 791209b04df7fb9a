"""Folders on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from onwatch_catalog.folders import Folders, FolderStore
from onwatch_catalog.records import SqlStore, StoredVideo, make_engine
from onwatch_catalog.resumable import UploadStore
from onwatch_catalog.settings import CatalogSettings
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.ids import counting_ids


@dataclass(frozen=True)
class Bench:
    store: FolderStore
    folders: Folders
    videos: SqlStore
    uploads: UploadStore
    make_video: Any

    async def add(self, video_id: str, folder_id: str | None = None) -> StoredVideo:
        video: StoredVideo = replace(self.make_video(video_id), folder_id=folder_id)
        await self.videos.add(video)
        return video

    async def named(self, *names: str) -> tuple[str, ...]:
        """The ids of new folders."""
        return tuple([(await self.folders.add(name)).id for name in names])

    async def where(self, *video_ids: str) -> list[str | None]:
        found = await self.store.folders_of(video_ids)
        return [found.get(video_id) for video_id in video_ids]


@pytest.fixture
async def bench(database: CatalogSettings, clock: FakeClock, make_video: Any) -> AsyncIterator[Bench]:
    engine = make_engine(database)
    store = FolderStore(engine)
    folders = Folders(store, clock, counting_ids("f"))
    yield Bench(store, folders, SqlStore(engine), UploadStore(engine), make_video)
    await engine.dispose()

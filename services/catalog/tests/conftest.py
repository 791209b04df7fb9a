"""A catalog on the memory bus, with generated videos."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from onwatch_catalog.processes import Activities, Processes
from onwatch_catalog.records.database import DATABASE, make_engine
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.records.video import StoredVideo
from onwatch_catalog.service import build
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.messages import (
    DemandReleasedV1,
    DemandWantedV1,
    Message,
    VideoCreatedV1,
    VideoDeletedV1,
    VideoUpdatedV1,
)
from onwatch_runtime.bus import PrivateQueue
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.process import Service
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.inline_inspector import InlineInspector
from onwatch_testkit.sample_videos import stored_video, write_video
from onwatch_testkit.sql.databases import Owned

RECORDED = (VideoCreatedV1, VideoUpdatedV1, VideoDeletedV1, DemandWantedV1, DemandReleasedV1)
PATIENCE_S = 60.0


def content_of(path: Path) -> bytes:
    return path.read_bytes()


@dataclass
class Stage:
    """A running catalog with its client, bus and clock."""

    service: Service
    http: httpx.AsyncClient
    bus: MemoryBus
    clock: FakeClock
    folder: Path
    received: asyncio.Queue[Message]

    async def next_message(self) -> Message:
        return await asyncio.wait_for(self.received.get(), PATIENCE_S)

    def unread_messages(self) -> list[Message]:
        return [self.received.get_nowait() for _ in range(self.received.qsize())]

    async def upload(self, path: Path, **fields: str) -> httpx.Response:
        return await self.http.post(
            "/api/videos", files={"file": (path.name, content_of(path), "video/mp4")}, data=fields
        )

    async def add(self, path: Path, **fields: str) -> str:
        """Upload a video and consume its `video.created`; the id."""
        answer = await self.upload(path, **fields)
        assert answer.status_code == 201, answer.text
        assert isinstance(await self.next_message(), VideoCreatedV1)
        video_id: str = answer.json()["id"]
        return video_id

    def media_content(self) -> list[Path]:
        """Everything in the media folder."""
        # Not `rglob`, which raises when the service deletes a folder meanwhile.
        found = os.walk(self.folder / "media")
        return sorted(Path(folder, name) for folder, folders, files in found for name in (*folders, *files))


Staging = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def staging(memory_bus: MemoryBus, clock: FakeClock, migrated_folder: Path) -> Staging:
    """Starts a catalog over the test's data folder, without logins; every call is a new start over the same data."""
    ids = counting_ids("v")

    @asynccontextmanager
    async def stage(**settings: Any) -> AsyncIterator[Stage]:
        received: asyncio.Queue[Message] = asyncio.Queue()
        consumer = await memory_bus.subscribe(PrivateQueue("test", RECORDED), received.put)
        service = build(
            CatalogSettings.load(None, {}, **{"data_dir": migrated_folder, "auth": "off", **settings}),
            bus=memory_bus,
            inspector=InlineInspector(),
            clock=clock,
            new_id=ids,
        )
        transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
        async with service.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://catalog") as client:
            yield Stage(service, client, memory_bus, clock, migrated_folder, received)
        await consumer.close()

    return stage


@pytest.fixture
async def stage(staging: Staging) -> AsyncIterator[Stage]:
    async with staging() as running:
        yield running


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="session")
def clip(clips: Path) -> Path:
    """Two seconds, ten frames per second, 64 x 48."""
    return write_video(clips / "street.mp4")


@pytest.fixture(scope="session")
def raw_clip(clips: Path) -> Path:
    """Twenty pictures without timestamps, of a format whose headers say no rate."""
    return write_video(clips / "recorder.mjpeg", codec="mjpeg")


@pytest.fixture
def make_video(clock: FakeClock) -> Callable[..., StoredVideo]:
    """A video that was just uploaded."""

    def make(video_id: str, created_at: datetime | None = None) -> StoredVideo:
        return stored_video(video_id, created_at or clock.now())

    return make


# --- databases -----------------------------------------------------------------------------------


@pytest.fixture
def owned() -> Owned:
    return Owned(DATABASE, CatalogSettings)


@pytest.fixture
async def store(database: CatalogSettings) -> AsyncIterator[SqlStore]:
    engine = make_engine(database)
    yield SqlStore(engine)
    await engine.dispose()


@pytest.fixture
async def activities(store: SqlStore, clock: FakeClock) -> Activities:
    """Of the only process of the database."""
    processes = Processes(store._engine, clock)
    await processes.join()
    return Activities(store._engine, processes, clock)

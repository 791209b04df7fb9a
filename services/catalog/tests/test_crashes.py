"""A crash at any step of an upload or a deletion: the next start leaves nothing half done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from onwatch_catalog.analysis.demand import AnalysisDemand
from onwatch_catalog.disk_reserve import DiskReserve
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.media.files import MediaFolder
from onwatch_catalog.outbox.relay import OutboxRelay
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.storage.quota import StorageQuota
from onwatch_catalog.uploads.multipart import UploadForm
from onwatch_catalog.uploads.receiver import UploadReceiver
from onwatch_catalog.videos.library import VideoLibrary
from onwatch_catalog.videos.pending_deletions import PendingDeletions
from onwatch_contracts.messages import VideoCreatedV1, VideoDeletedV1
from onwatch_runtime.bus import Publisher
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.fault_injector import Crash, CrashAfter, FaultInjector
from onwatch_testkit.inline_inspector import InlineInspector
from onwatch_testkit.slow import some_of


def service(
    real_store: SqlStore, folder: Path, crash_after: CrashAfter, bus: MemoryBus, clock: FakeClock, ids: NewId
) -> Any:
    store: Any = FaultInjector(real_store, crash_after)
    files: Any = FaultInjector(MediaFolder(folder / "media"), crash_after)
    instruments, publisher = Instruments(CollectorRegistry()), Publisher(bus, clock, ids)
    deletions = PendingDeletions(store, files)
    relay = OutboxRelay(store, bus, clock, 5, 1)
    demand = AnalysisDemand(store, publisher, clock, 1, 2, 6)
    reserve = DiskReserve(None, clock)
    library = VideoLibrary(store, files, InlineInspector(), deletions, publisher, relay, demand, instruments, reserve)
    quota = StorageQuota(store, None)
    return library, UploadReceiver(
        store, files, InlineInspector(), deletions, publisher, ids, instruments, 10**9, quota
    )


async def body(clip: Path) -> AsyncIterator[bytes]:
    content = await asyncio.to_thread(clip.read_bytes)
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    for at in range(0, len(content), 2000):
        yield content[at : at + 2000]
    yield b"\r\n--b--\r\n"


ALL_STEPS = 12  # more than an upload takes


@pytest.mark.parametrize("steps", some_of(range(ALL_STEPS), kept=5))
async def test_a_crashed_upload_becomes_a_whole_video_or_nothing(
    steps: int,
    store: SqlStore,
    database: CatalogSettings,
    staging: Any,
    memory_bus: MemoryBus,
    clock: FakeClock,
    tmp_path: Path,
    clip: Path,
) -> None:
    _, uploads = service(store, tmp_path, CrashAfter(steps), memory_bus, clock, lambda: "crashing")

    crashed = False
    try:
        await uploads.receive(UploadForm("multipart/form-data; boundary=b"), None, body(clip))
    except Crash:
        crashed = True

    assert crashed == (steps < ALL_STEPS - 2)
    async with staging(database_url=database.database) as stage:
        videos = (await stage.http.get("/api/videos")).json()["items"]
        assert await store.pending_deletions() == []
        if not videos:
            assert stage.media_content() == []
            assert await store.unsent(10) == []
            return
        assert isinstance(await stage.next_message(), VideoCreatedV1)
        content = await stage.http.get(videos[0]["content_url"])
        thumbnail = await stage.http.get(videos[0]["thumbnail_url"])
        assert (content.content, thumbnail.status_code) == (await asyncio.to_thread(clip.read_bytes), 200)


@pytest.mark.parametrize("steps", some_of(range(9), kept=4))
async def test_a_crashed_deletion_is_finished_at_the_next_start_or_never_started(
    steps: int,
    store: SqlStore,
    database: CatalogSettings,
    staging: Any,
    memory_bus: MemoryBus,
    clock: FakeClock,
    tmp_path: Path,
    clip: Path,
) -> None:
    async with staging(database_url=database.database) as stage:
        video_id = await stage.add(clip)
    library, _ = service(store, tmp_path, CrashAfter(steps), memory_bus, clock, lambda: "crashing")

    crashed = False
    try:
        await library.delete(video_id)
    except Crash:
        crashed = True

    assert crashed == (steps < 8)
    is_listed = await store.find(video_id) is not None
    async with staging(database_url=database.database) as stage:
        assert (await stage.http.get(f"/api/videos/{video_id}")).status_code == (200 if is_listed else 404)
        assert await store.pending_deletions() == []
        if is_listed:
            assert steps == 0
            assert (await stage.http.get(f"/api/videos/{video_id}/content")).status_code == 200
        else:
            assert stage.media_content() == []
            while isinstance(message := await stage.next_message(), VideoCreatedV1):
                pass  # republished: the first start may have ended before it removed the message from the outbox
            assert isinstance(message, VideoDeletedV1)

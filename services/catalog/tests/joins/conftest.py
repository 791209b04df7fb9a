"""A joiner that waits until a test tells it how to go on, and two recordings to join."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from onwatch_catalog.instruments import Instruments
from onwatch_catalog.joins.registry import Joins
from onwatch_catalog.joins.work import JoinWork
from onwatch_catalog.media.files import MediaFolder
from onwatch_catalog.outbox.relay import OutboxRelay
from onwatch_catalog.processes import Activities
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.storage.quota import StorageQuota
from onwatch_catalog.videos.pending_deletions import PendingDeletions
from onwatch_contracts.messages import VideoCreatedV1
from onwatch_media import Order, Recording, TimeSource
from onwatch_runtime.bus import Publisher
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.inline_inspector import InlineInspector


class HeldJoiner:
    """Writes the first recording, then waits until it may end."""

    def __init__(self) -> None:
        self.is_writing = asyncio.Event()
        self.may_end = asyncio.Event()
        self.failure: Exception | None = None
        self.was_cancelled = False

    async def order(self, recordings: Sequence[Recording]) -> Order:
        return Order(TimeSource.MODIFICATION, (tuple(range(len(recordings))),), (None,) * (len(recordings) - 1))

    async def join(self, recordings: Sequence[Recording], target: Path) -> tuple[float, ...]:
        source = recordings[0].source
        assert isinstance(source, Path)
        await asyncio.to_thread(lambda: target.write_bytes(source.read_bytes()))
        self.is_writing.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        if self.failure:
            raise self.failure
        return tuple(2.0 * number for number in range(len(recordings)))


@pytest.fixture
def joiner() -> HeldJoiner:
    return HeldJoiner()


@pytest.fixture
async def media(store: SqlStore, clip: Path, tmp_path: Path, make_video: Any, memory_bus: Any, clock: Any) -> Path:
    """The media folder with the recordings `a` and `b`."""
    publisher = Publisher(memory_bus, clock, lambda: "m")
    content = await asyncio.to_thread(clip.read_bytes)
    for video_id in ("a", "b"):
        folder = tmp_path / "media" / video_id
        folder.mkdir(parents=True)
        (folder / "source.mp4").write_bytes(content)
        await store.add(make_video(video_id), publisher.make(VideoCreatedV1, video_id=video_id))
    return tmp_path / "media"


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def make_work(memory_bus: Any, clock: Any, joiner: HeldJoiner) -> Callable[[Any, Any], JoinWork]:
    def make(store: Any, files: Any) -> JoinWork:
        return JoinWork(
            store,
            files,
            InlineInspector(),
            joiner,
            PendingDeletions(store, files),
            Publisher(memory_bus, clock, lambda: "m"),
            OutboxRelay(store, memory_bus, clock, 5, 1),
            lambda _: asyncio.sleep(0),
            counting_ids("v"),
        )

    return make


@pytest.fixture
def joins(
    store: SqlStore,
    media: Path,
    make_work: Callable[[Any, Any], JoinWork],
    registry: CollectorRegistry,
    activities: Activities,
) -> Joins:
    """Not started: a test enters `running()`."""
    work = make_work(store, MediaFolder(media))
    quota = StorageQuota(store, None)
    return Joins(work, store, counting_ids("j"), Instruments(registry), lambda: 1 << 40, quota, activities)

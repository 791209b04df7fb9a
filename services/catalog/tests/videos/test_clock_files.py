"""Clock files that are missing or damaged are restored; a file that cannot be inspected stops nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.media.files import MediaFolder
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.videos.clock_files import ClockFiles
from onwatch_contracts.messages import VideoCreatedV1
from onwatch_media import clock_path, has_clock
from onwatch_runtime.bus import Publisher
from onwatch_testkit.inline_inspector import InlineInspector

Add = Callable[..., Awaitable[Path]]


@pytest.fixture
def files(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


def copied(source: Path | str, path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_bytes(source.encode() if isinstance(source, str) else source.read_bytes())
    return path


def damage(path: Path) -> None:
    path.write_bytes(b"damaged")


def modified_ns(path: Path) -> int:
    return path.stat().st_mtime_ns


def content_of(path: Path) -> bytes:
    return path.read_bytes()


@pytest.fixture
def add(store: SqlStore, files: MediaFolder, make_video: Any, memory_bus: Any, clock: Any) -> Add:
    """Adds a video with this file, or with text in its place, without a clock file; the path of its file."""

    async def added(video_id: str, source: Path | str, **fields: Any) -> Path:
        path = copied(source, files.root / video_id / "source.mp4")
        video = replace(make_video(video_id), file_path=f"{video_id}/source.mp4", **fields)
        await store.add(video, Publisher(memory_bus, clock, lambda: video_id).make(VideoCreatedV1, video_id=video_id))
        return path

    return added


@pytest.fixture
async def check(store: SqlStore, files: MediaFolder, clock: Any) -> Callable[[], Awaitable[None]]:
    """One round."""
    return ClockFiles(store, files, InlineInspector(), clock)._check_all


async def test_a_missing_and_a_damaged_clock_file_are_restored(add: Add, check: Any, clip: Path) -> None:
    missing, damaged = await add("a", clip), await add("b", clip)
    damage(clock_path(damaged))
    await check()
    assert has_clock(missing)
    assert has_clock(damaged)


async def test_a_clock_file_that_is_whole_stays(add: Add, check: Any, clip: Path) -> None:
    path = await add("a", clip)
    await check()
    before = modified_ns(clock_path(path))
    await check()
    assert modified_ns(clock_path(path)) == before


async def test_a_clock_is_that_of_the_rate_that_was_set(add: Add, check: Any, raw_clip: Path) -> None:
    path = await add("a", raw_clip, recorded_fps=5.0)
    await check()
    assert b'"rate": "5"' in content_of(clock_path(path))


async def test_files_that_are_gone_or_no_videos_do_not_stop_the_others(add: Add, check: Any, clip: Path) -> None:
    gone = await add("c", "")
    await asyncio.to_thread(gone.unlink)
    await add("b", "no video")
    whole = await add("a", clip)
    await check()
    assert has_clock(whole)
    assert not await asyncio.to_thread(clock_path(gone).exists)

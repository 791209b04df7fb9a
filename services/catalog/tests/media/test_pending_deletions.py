from __future__ import annotations

from pathlib import Path
from typing import Any

from onwatch_catalog.media.files import MediaFolder
from onwatch_catalog.media.pending_deletions import Removals
from onwatch_catalog.videos.sql_store import SqlStore
from onwatch_contracts.messages import VideoCreatedV1
from onwatch_runtime.bus import Publisher


class Stubborn(MediaFolder):
    """A disk that refuses to remove."""

    def remove(self, video_id: str) -> None:
        raise PermissionError(f"{video_id} is in use")


async def test_what_is_doomed_is_removed_and_nothing_else(store: SqlStore, tmp_path: Path) -> None:
    files = MediaFolder(tmp_path / "media")
    for name in ("doomed", "other"):
        files.begin(name).close()
    await store.doom("doomed")
    await store.doom("never-begun")

    await Removals(store, files).finish_all()

    assert [path.name for path in (tmp_path / "media").iterdir()] == ["other"]
    assert await store.doomed() == []


async def test_a_video_that_came_to_be_is_not_removed(
    store: SqlStore, tmp_path: Path, make_video: Any, memory_bus: Any, clock: Any
) -> None:
    files = MediaFolder(tmp_path / "media")
    files.begin("v").close()
    await store.doom("v")
    await store.add(make_video("v"), Publisher(memory_bus, clock, lambda: "m").make(VideoCreatedV1, video_id="v"))

    await Removals(store, files).finish("v")

    assert files.part("v").exists()


async def test_what_cannot_be_removed_is_left_to_the_next_start(store: SqlStore, tmp_path: Path) -> None:
    files = MediaFolder(tmp_path / "media")
    files.begin("v").close()
    await store.doom("v")

    await Removals(store, Stubborn(tmp_path / "media")).finish("v")
    assert await store.doomed() == ["v"]

    await Removals(store, files).finish_all()
    assert (await store.doomed(), list((tmp_path / "media").iterdir())) == ([], [])

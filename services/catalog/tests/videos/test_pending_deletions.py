from __future__ import annotations

from pathlib import Path
from typing import Any

from onwatch_catalog.media.files import MediaFolder
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.videos.pending_deletions import PendingDeletions
from onwatch_contracts.messages import VideoCreatedV1
from onwatch_runtime.bus import Publisher


class UndeletableFolder(MediaFolder):
    """Refuses to delete."""

    def remove(self, video_id: str) -> None:
        raise PermissionError(f"{video_id} is in use")


async def test_pending_deletions_are_finished_and_no_other_folder_is_deleted(store: SqlStore, tmp_path: Path) -> None:
    files = MediaFolder(tmp_path / "media")
    for name in ("pending", "other"):
        files.begin(name).close()
    await store.add_pending_deletion("pending")
    await store.add_pending_deletion("never-begun")

    await PendingDeletions(store, files).finish_all()

    assert [path.name for path in (tmp_path / "media").iterdir()] == ["other"]
    assert await store.pending_deletions() == []


async def test_the_folder_of_an_added_video_is_not_deleted(
    store: SqlStore, tmp_path: Path, make_video: Any, memory_bus: Any, clock: Any
) -> None:
    files = MediaFolder(tmp_path / "media")
    files.begin("v").close()
    await store.add_pending_deletion("v")
    await store.add(make_video("v"), Publisher(memory_bus, clock, lambda: "m").make(VideoCreatedV1, video_id="v"))

    await PendingDeletions(store, files).finish("v")

    assert files.partial("v").exists()


async def test_a_failed_deletion_is_left_to_the_next_start(store: SqlStore, tmp_path: Path) -> None:
    files = MediaFolder(tmp_path / "media")
    files.begin("v").close()
    await store.add_pending_deletion("v")

    await PendingDeletions(store, UndeletableFolder(tmp_path / "media")).finish("v")
    assert await store.pending_deletions() == ["v"]

    await PendingDeletions(store, files).finish_all()
    assert (await store.pending_deletions(), list((tmp_path / "media").iterdir())) == ([], [])

"""A crash at any step of a join: the next start leaves nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.joins.progress import JoinProgress
from onwatch_catalog.joins.work import JoinWork, folder_of
from onwatch_catalog.media.files import MediaFolder
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.settings import CatalogSettings
from onwatch_testkit.fault_injector import Crash, CrashAfter, FaultInjector
from onwatch_testkit.slow import some_of

STEPS = 26  # of a whole join


def folders(media: Path) -> set[str]:
    return {path.name for path in media.iterdir()}


@pytest.mark.parametrize("steps", some_of(range(STEPS + 1), kept=6))
async def test_a_crashed_join_leaves_a_whole_video_or_nothing_beside_its_recordings(
    steps: int,
    store: SqlStore,
    database: CatalogSettings,
    media: Path,
    joiner: Any,
    make_work: Callable[[Any, Any], JoinWork],
    staging: Any,
) -> None:
    joiner.may_end.set()
    crash_after = CrashAfter(steps)
    work = make_work(FaultInjector(store, crash_after), FaultInjector(MediaFolder(media), crash_after))
    recordings = tuple([video for video_id in ("a", "b") if (video := await store.find(video_id))])
    join = JoinProgress("j", recordings, delete_originals=False)

    crashed = False
    try:
        await work.run(join)
    except Crash:
        crashed = True

    assert crashed == (steps < STEPS)
    async with staging(database_url=database.database) as stage:
        videos = (await stage.http.get("/api/videos")).json()["items"]
        assert await store.pending_deletions() == []
        assert folders(media) == {video["id"] for video in videos}
        assert {"a", "b"} <= {video["id"] for video in videos}
        for video in videos:
            assert (await stage.http.get(video["content_url"])).status_code == 200


async def test_a_recording_without_its_file_is_named(
    store: SqlStore, media: Path, make_work: Callable[[Any, Any], JoinWork]
) -> None:
    (media / "b" / "source.mp4").unlink()
    recordings = tuple([video for video_id in ("a", "b") if (video := await store.find(video_id))])
    with pytest.raises(Exception, match="The file of video b is not in the media folder") as found:
        await make_work(store, MediaFolder(media)).run(JoinProgress("j", recordings, delete_originals=False))
    assert type(found.value).__name__ == "FileMissing"


@pytest.mark.parametrize(
    ("folder_ids", "expected"), [(("north", "north"), "north"), (("north", "south"), None), (("north", None), None)]
)
def test_a_join_is_in_the_folder_that_all_its_recordings_are_in(
    make_video: Any, folder_ids: tuple[str | None, ...], expected: str | None
) -> None:
    group = [replace(make_video(f"v{number}"), folder_id=folder_id) for number, folder_id in enumerate(folder_ids)]
    assert folder_of(group) == expected

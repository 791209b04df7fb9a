from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onwatch_catalog.doctor import orphans
from onwatch_catalog.media.files import FolderEntry
from onwatch_contracts.http import VideoStatus

HOUR_S = 3600.0
WHOLE = ("source.mp4", "source.clock", "thumbnail.jpg")


def folder(name: str, *files: str, age_s: float = 2 * HOUR_S) -> FolderEntry:
    return FolderEntry(name, files, age_s)


@pytest.fixture
def video(make_video: Any) -> Any:
    return make_video("v")


def test_a_folder_without_a_video_is_an_orphan_once_it_is_old() -> None:
    entries = [folder("old", *WHOLE), folder("young", "source.part", age_s=HOUR_S - 1), folder("v", *WHOLE)]
    found = orphans.folders_without_video(entries, videos={"v"}, pending_deletions=(), min_age_s=HOUR_S)

    assert [entry.name for entry in found] == ["old"]


def test_a_folder_with_a_pending_deletion_is_no_orphan() -> None:
    entries = [folder("pending", "source.part")]

    assert not list(orphans.folders_without_video(entries, (), ["pending"], HOUR_S))
    assert list(orphans.interrupted(entries, ["pending"], HOUR_S)) == [("pending", 2 * HOUR_S)]
    assert not list(orphans.interrupted([folder("pending", age_s=1)], ["pending"], HOUR_S)), "it may be in progress"
    assert list(orphans.interrupted([], ["pending"], HOUR_S)) == [("pending", 0.0)]


@pytest.mark.parametrize(
    "entry",
    [
        FolderEntry("notes.txt", None, 9 * HOUR_S),
        folder("holiday pictures", "source.mp4"),
        folder("v2", "source.mp4", "invoice.pdf"),
        folder("etc", "passwd"),
        folder("..", "source.mp4"),
    ],
)
def test_a_foreign_entry_is_reported_and_never_offered_for_deletion(entry: FolderEntry) -> None:
    assert list(orphans.foreign_entries([entry])) == [entry]
    assert not list(orphans.folders_without_video([entry], (), (), 0))
    assert not list(orphans.stray_files([entry], {}, 0))


def test_lost_and_found_is_not_reported() -> None:
    assert not list(orphans.foreign_entries([folder("lost+found")]))


def test_other_files_than_the_video_and_its_thumbnail_are_stray(video: Any) -> None:
    entries = [folder("v", *WHOLE, "source.part", "source.mkv")]

    assert [name for _, name in orphans.stray_files(entries, {"v": video}, HOUR_S)] == ["source.part", "source.mkv"]
    assert not list(orphans.stray_files([replace(entries[0], age_s=1)], {"v": video}, HOUR_S))


def test_a_missing_file_and_a_missing_thumbnail_are_found(video: Any) -> None:
    videos = {"v": video}

    assert list(orphans.without_file([folder("v", "thumbnail.jpg")], videos)) == [video]
    assert list(orphans.without_file([], videos)) == [video]
    assert not list(orphans.without_file([folder("v", *WHOLE)], videos))
    assert list(orphans.without_thumbnail([folder("v", "source.mp4")], videos)) == [video]
    assert not list(orphans.without_thumbnail([folder("v", *WHOLE)], videos))
    assert not list(orphans.without_thumbnail([], videos)), "a missing file is reported first"


def test_a_stream_without_a_lease_is_found(video: Any) -> None:
    streams = replace(video, status=VideoStatus.STREAMING)

    assert list(orphans.streams_without_lease({"v": streams}, leased=())) == [streams]
    assert not list(orphans.streams_without_lease({"v": streams}, leased={"v"}))
    assert not list(orphans.streams_without_lease({"v": video}, leased=()))


def test_a_restore_is_neither_foreign_nor_abandoned_while_it_works() -> None:
    entry = folder(".restore", "replacing.json")
    assert not list(orphans.foreign_entries([entry]))
    assert list(orphans.abandoned_restores([entry], HOUR_S)) == [entry]
    assert not list(orphans.abandoned_restores([folder(".restore", age_s=1)], HOUR_S))

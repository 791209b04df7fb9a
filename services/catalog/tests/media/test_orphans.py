from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onwatch_catalog.media import orphans
from onwatch_catalog.media.files import Entry
from onwatch_contracts.http import VideoStatus

HOUR_S = 3600.0
WHOLE = ("source.mp4", "thumbnail.jpg")


def folder(name: str, *files: str, age_s: float = 2 * HOUR_S) -> Entry:
    return Entry(name, files, age_s)


@pytest.fixture
def video(make_video: Any) -> Any:
    return make_video("v")


def test_a_folder_of_no_video_is_an_orphan_once_it_is_old() -> None:
    entries = [folder("old", *WHOLE), folder("young", "source.part", age_s=HOUR_S - 1), folder("v", *WHOLE)]
    found = orphans.folders_without_video(entries, videos={"v"}, doomed=(), min_age_s=HOUR_S)

    assert [entry.name for entry in found] == ["old"]


def test_a_folder_that_an_upload_or_a_deletion_has_noted_is_not_without_an_owner() -> None:
    entries = [folder("noted", "source.part")]

    assert not list(orphans.folders_without_video(entries, (), ["noted"], HOUR_S))
    assert list(orphans.half_done(entries, ["noted"], HOUR_S)) == [("noted", 2 * HOUR_S)]
    assert not list(orphans.half_done([folder("noted", age_s=1)], ["noted"], HOUR_S)), "it may be under way"
    assert list(orphans.half_done([], ["noted"], HOUR_S)) == [("noted", 0.0)]


@pytest.mark.parametrize(
    "entry",
    [
        Entry("notes.txt", None, 9 * HOUR_S),
        folder("holiday pictures", "source.mp4"),
        folder("v2", "source.mp4", "invoice.pdf"),
        folder("etc", "passwd"),
        folder("..", "source.mp4"),
    ],
)
def test_what_onwatch_did_not_make_is_named_and_never_offered_for_removal(entry: Entry) -> None:
    assert list(orphans.foreign_entries([entry])) == [entry]
    assert not list(orphans.folders_without_video([entry], (), (), 0))
    assert not list(orphans.stray_files([entry], {}, 0))


def test_what_a_file_system_makes_is_nothing_to_tell() -> None:
    assert not list(orphans.foreign_entries([folder("lost+found")]))


def test_a_video_has_one_file_and_one_thumbnail(video: Any) -> None:
    entries = [folder("v", *WHOLE, "source.part", "source.mkv")]

    assert [name for _, name in orphans.stray_files(entries, {"v": video}, HOUR_S)] == ["source.part", "source.mkv"]
    assert not list(orphans.stray_files([replace(entries[0], age_s=1)], {"v": video}, HOUR_S))


def test_a_video_without_its_file_or_without_a_picture_of_it(video: Any) -> None:
    videos = {"v": video}

    assert list(orphans.without_file([folder("v", "thumbnail.jpg")], videos)) == [video]
    assert list(orphans.without_file([], videos)) == [video]
    assert not list(orphans.without_file([folder("v", *WHOLE)], videos))
    assert list(orphans.without_thumbnail([folder("v", "source.mp4")], videos)) == [video]
    assert not list(orphans.without_thumbnail([folder("v", *WHOLE)], videos))
    assert not list(orphans.without_thumbnail([], videos)), "first its file"


def test_a_stream_that_no_worker_holds_is_stuck(video: Any) -> None:
    streams = replace(video, status=VideoStatus.STREAMING)

    assert list(orphans.stuck({"v": streams}, leased=())) == [streams]
    assert not list(orphans.stuck({"v": streams}, leased={"v"}))
    assert not list(orphans.stuck({"v": video}, leased=()))

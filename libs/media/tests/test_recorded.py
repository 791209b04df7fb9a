"""Recordings are ordered by the best time that all of them have."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from onwatch_media import FileTimes, consecutive, in_order
from onwatch_media.recorded import TimeSource, best_source, time_in_metadata, time_in_name

DAY = datetime(2024, 1, 31, tzinfo=UTC)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return DAY.replace(hour=hour, minute=minute, second=second)


def file(name: str, tagged: datetime | None = None, modified: datetime = DAY, duration_s: float = 60) -> FileTimes:
    return FileTimes(Path(name), duration_s, tagged, time_in_name(name), modified)


def names(files: list[FileTimes]) -> list[str]:
    return [each.path.name for each in files]


@pytest.mark.parametrize(
    "name",
    [
        "VID_20240131_235959.mp4",
        "PXL_20240131_235959123.mp4",
        "2024-01-31 23.59.59.mkv",
        "2024-01-31T23:59:59.ts",
        "NVR_ch1_main_20240131235959_20240201000000.mp4",
        "cam 2024_01_31_23_59_59.avi",
        "00000000000000-20240131-235959.dav",
    ],
)
def test_names_of_recorders_and_phones_tell_the_time(name: str):
    assert time_in_name(name) == at(23, 59, 59)


@pytest.mark.parametrize("name", ["street.mp4", "20249931_235959.mp4", "clip-1080.mp4", "IMG_0001.MOV"])
def test_other_names_tell_none(name: str):
    assert time_in_name(name) is None


def test_tags_tell_the_time_unless_the_clock_was_never_set():
    assert time_in_metadata({"creation_time": "2024-01-31T08:00:00.000000Z"}) == at(8)
    assert time_in_metadata({"creation_time": "1970-01-01T00:00:00.000000Z"}) is None
    assert time_in_metadata({"creation_time": "yesterday"}) is None
    assert time_in_metadata({}) is None


def test_tags_come_before_names_and_names_before_times_of_modification():
    assert best_source([file("a.mp4", at(8)), file("b.mp4", at(9))]) is TimeSource.METADATA
    assert best_source([file("20240131_080000.mp4", at(8)), file("20240131_090000.mp4")]) is TimeSource.NAME
    assert best_source([file("a.mp4", at(8)), file("b.mp4", at(8))]) is TimeSource.MODIFICATION, "a copy's tags"


def test_files_are_in_the_order_of_their_times_else_of_their_names():
    assert names(in_order([file("b.mp4", at(8)), file("a.mp4", at(9))])) == ["b.mp4", "a.mp4"]
    assert names(in_order([file("b.mp4"), file("a.mp4")])) == ["a.mp4", "b.mp4"]


def test_files_follow_one_another_up_to_a_gap_of_seconds():
    files = [file("c.mp4", at(8, 5)), file("a.mp4", at(8)), file("b.mp4", at(8, 1, 3)), file("d.mp4", at(8, 5, 57))]
    assert [names(group) for group in consecutive(files)] == [["a.mp4", "b.mp4"], ["c.mp4", "d.mp4"]]


def test_files_whose_times_are_those_of_a_copy_are_one_group():
    files = [file("b.mp4", modified=at(9)), file("a.mp4", modified=at(8))]
    assert [names(group) for group in consecutive(files)] == [["a.mp4", "b.mp4"]]


def test_the_times_of_a_file_are_those_of_its_name_and_its_modification():
    found = FileTimes.of(Path("VID_20240131_080000.mp4"), 3.0, None, at(9).timestamp())
    assert (found.in_metadata, found.in_name, found.modified) == (None, at(8), at(9))

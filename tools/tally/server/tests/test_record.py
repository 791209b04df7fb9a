from __future__ import annotations

import os
from pathlib import Path

import pytest

from onwatch_contracts.values import VehicleType
from onwatch_tally.record import FOLDER, Record, RecordFile, RecordUnreadable, record_path
from onwatch_tally.shapes import Mark

FRESH = Record(video="road.mp4", roi=((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)))


def mark(name: str, at_s: float) -> Mark:
    return Mark(id=name, vehicle_type=VehicleType.CAR, at_s=at_s)


def test_marks_are_sorted_by_time_and_unique() -> None:
    record = FRESH.with_mark(mark("b", 5.0)).with_mark(mark("a", 2.0)).with_mark(mark("b", 5.0))
    assert [known.id for known in record.marks] == ["a", "b"]
    assert record.without_mark("a").without_mark("a").marks == (mark("b", 5.0),)


def test_changes_after_the_comparison_was_seen_are_recorded() -> None:
    before = FRESH.with_mark(mark("a", 1.0)).done(9.0)
    seen = before.shown().reopened()
    assert not before.changed_after_seen
    assert not seen.changed_after_seen
    assert not seen.without_mark("never there").changed_after_seen
    assert seen.with_mark(mark("b", 2.0)).changed_after_seen
    assert seen.without_mark("a").changed_after_seen


def test_a_restart_does_not_forget_that_the_comparison_was_seen() -> None:
    again = FRESH.with_mark(mark("a", 1.0)).done(9.0).shown().restarted()
    assert (again.marks, again.until_s, again.changed_after_seen) == ((), None, True)
    assert not FRESH.with_mark(mark("a", 1.0)).restarted().changed_after_seen


def test_a_saved_record_is_loaded_again(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "deep" / "road.json")
    record = FRESH.with_mark(mark("a", 1.25)).done(8.0).shown()
    file.save(record)
    assert RecordFile(file.path).load(FRESH) == record
    assert [path.name for path in file.path.parent.iterdir()] == ["road.json"]


def test_without_a_file_the_record_is_fresh(tmp_path: Path) -> None:
    assert RecordFile(tmp_path / "none.json").load(FRESH) is FRESH


@pytest.mark.parametrize("content", ["{", '{"version": 2, "video": "x", "roi": null}', "[]"])
def test_an_invalid_file_is_named_and_not_changed(tmp_path: Path, content: str) -> None:
    path = tmp_path / "road.json"
    path.write_text(content)
    with pytest.raises(RecordUnreadable, match=r"road\.json cannot be read: .*--fresh renames it"):
        RecordFile(path).load(FRESH)
    assert path.read_text() == content


def test_set_aside_overwrites_nothing(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "road.json")
    assert file.set_aside() is None
    for name in ("first", "second"):
        file.save(FRESH.with_mark(mark(name, 1.0)))
        assert file.set_aside() is not None
    kept = [RecordFile(tmp_path / f"road.{number}.json").load(FRESH) for number in (1, 2)]
    assert [record.marks[0].id for record in kept] == ["first", "second"]
    assert not file.path.exists()


def test_a_crash_while_saving_leaves_the_old_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = RecordFile(tmp_path / "road.json")
    file.save(FRESH.with_mark(mark("kept", 1.0)))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        file.save(FRESH)
    assert file.load(FRESH).marks[0].id == "kept"


def test_a_record_is_named_after_file_content_and_region(tmp_path: Path) -> None:
    video, moved, other = (
        tmp_path / "A1 north.mp4",
        tmp_path / "moved" / "A1 north.mp4",
        tmp_path / "B" / "A1 north.mp4",
    )
    for path, content in ((video, b"one" * 9), (moved, b"one" * 9), (other, b"two" * 9)):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    named = record_path(tmp_path, video, None)
    assert named.parent == tmp_path / FOLDER
    assert named.name.startswith("A1_north-")
    assert record_path(tmp_path, moved, None) == named
    assert record_path(tmp_path, other, None) != named
    assert record_path(tmp_path, video, FRESH.roi) != named

"""Backups that fail, are killed, or meet a system that is not as it should be."""

from __future__ import annotations

import errno
import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from backup.systems import BackedUp, Crashing, Place

from onwatch.backup.checking import checked
from onwatch.backup.errors import BackupDamaged, BackupFailed
from onwatch.backup.progress import Unwatched
from onwatch.backup.writing import backup_to_file, backup_to_stream
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.observe import ExaminationFailed
from onwatch_sql.database import Database
from onwatch_testkit.fault_injector import Crash, CrashAfter


def test_a_stream_gets_the_same_backup_as_a_file(backed_up: BackedUp, tmp_path: Path) -> None:
    stream = io.BytesIO()
    backup_to_stream(backed_up.place.stores, stream, SystemClock(), Unwatched())
    (tmp_path / "streamed.tar").write_bytes(stream.getvalue())

    streamed, whole = (checked(file, Unwatched()) for file in (tmp_path / "streamed.tar", backed_up.file))
    assert streamed.parts[1:] == whole.parts[1:]  # the first has the time
    assert streamed.databases == whole.databases


def test_a_backup_that_is_killed_at_any_step_is_recognised(backed_up: BackedUp, tmp_path: Path) -> None:
    target, number = tmp_path / "b.tar", 0
    while True:
        try:
            backup_to_file(backed_up.place.stores, target, SystemClock(), Crashing(CrashAfter(number)))
        except Crash:
            assert not target.exists()
            with pytest.raises((BackupDamaged, BackupFailed)):
                checked(tmp_path / "b.tar.part", Unwatched())
            number += 1
        else:
            break
    assert number > 10
    assert checked(target, Unwatched()).videos_count == 1


def test_a_full_disk_leaves_no_file_and_is_said_before_if_it_can_be(
    backed_up: BackedUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=0))
    with pytest.raises(BackupFailed, match="the backup needs about"):
        backup_to_file(backed_up.place.stores, tmp_path / "b.tar", SystemClock(), Unwatched())
    monkeypatch.undo()

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("onwatch.backup.target.os.fsync", full)
    with pytest.raises(BackupFailed, match=r"writing .*: the disk is full"):
        backup_to_file(backed_up.place.stores, tmp_path / "b.tar", SystemClock(), Unwatched())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_missing_before_is_told_and_its_row_kept(backed_up: BackedUp, tmp_path: Path) -> None:
    shutil.copytree(backed_up.place.data_dir, tmp_path / "data")
    here = Place(tmp_path / "data", {})
    path = f"{backed_up.video_id}/source.mp4"
    (here.media / path).unlink()

    _, manifest = backup_to_file(here.stores, tmp_path / "b.tar", SystemClock(), Unwatched())

    assert (manifest.missing, manifest.deleted, manifest.videos_count) == ((path,), (), 1)


def test_a_file_without_permission_is_named(
    backed_up: BackedUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user of the tests may be root, who may read everything."""

    really_open = Path.open

    def denied(self: Path, *given: Any, **named: Any) -> Any:
        if self.name == "source.mp4":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return really_open(self, *given, **named)

    stores, stream = backed_up.place.stores, io.BytesIO()
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(BackupFailed, match=rf"copying {backed_up.video_id}/source.mp4: no permission \("):
        backup_to_stream(stores, stream, SystemClock(), Unwatched())


def test_databases_that_are_missing_or_of_another_version_are_refused(
    backed_up: BackedUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ExaminationFailed, match=r"catalog.db is not there"):
        backup_to_stream(Place(tmp_path, {}).stores, io.BytesIO(), SystemClock(), Unwatched())
    monkeypatch.setattr(Database, "newest_revision", "9999")
    with pytest.raises(BackupFailed, match=r"the catalog's tables are of migration \d+, this Onwatch expects 9999"):
        backup_to_stream(backed_up.place.stores, io.BytesIO(), SystemClock(), Unwatched())

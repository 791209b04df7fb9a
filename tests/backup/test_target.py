from __future__ import annotations

import errno
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from onwatch.backup.errors import BackupFailed
from onwatch.backup.target import expect_space, file_for, written
from onwatch_testkit.fault_injector import Crash

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_in_a_folder_the_file_is_named_after_the_time(tmp_path: Path) -> None:
    assert file_for(tmp_path, NOW) == tmp_path / "onwatch-20260102T030405Z.tar"
    assert file_for(tmp_path / "a.tar", NOW) == tmp_path / "a.tar"


def test_no_file_is_overwritten_and_no_folder_made(tmp_path: Path) -> None:
    (tmp_path / "a.tar").touch()
    with pytest.raises(BackupFailed, match="exists already"):
        file_for(tmp_path / "a.tar", NOW)
    with pytest.raises(BackupFailed, match="does not exist"):
        file_for(tmp_path / "no" / "a.tar", NOW)


def test_a_file_has_its_name_when_it_is_complete_and_is_secret(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    with written(file) as stream:
        stream.write(b"x")
        assert not file.exists()
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"x", 0o600)
    assert list(tmp_path.iterdir()) == [file]


def half_written(file: Path, end: BaseException) -> None:
    with written(file) as stream:
        stream.write(b"half a backup")
        raise end


def test_a_failure_leaves_nothing_and_a_kill_a_file_that_the_next_backup_replaces(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    with pytest.raises(OSError, match="full"):
        half_written(file, OSError(errno.ENOSPC, "full"))
    assert list(tmp_path.iterdir()) == []

    with pytest.raises(Crash):
        half_written(file, Crash())
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar.part"]
    with written(file) as stream:
        stream.write(b"x")
    assert file.read_bytes() == b"x"


def test_two_backups_do_not_write_the_same_file(tmp_path: Path) -> None:
    with (
        written(tmp_path / "a.tar"),
        pytest.raises(BackupFailed, match="another backup is writing"),
        written(tmp_path / "a.tar"),
    ):
        pass


def test_too_little_space_is_said_in_figures(tmp_path: Path) -> None:
    expect_space(tmp_path, 0, "the backup")
    with pytest.raises(BackupFailed, match=r"the backup needs about 1048576000000 MiB in .* MiB are free"):
        expect_space(tmp_path, 1_048_576_000_000 << 20, "the backup")

"""Where a backup is written: a file that gets its name when it is complete."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from onwatch.backup.errors import BackupFailed

PARTIAL = ".part"
KEPT_FREE_BYTES = 64 << 20
MIB = 1 << 20


def file_for(target: Path, now: datetime) -> Path:
    """In a folder a file named after the time; else the target itself. `BackupFailed` if there is one already."""
    file = target / f"onwatch-{now:%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if file.exists():
        raise BackupFailed(
            f"{file} exists already; name another file, or a folder, in which each gets a name of its own"
        )
    if not file.parent.is_dir():
        raise BackupFailed(f"the folder {file.parent} does not exist")
    return file


@contextmanager
def written(file: Path) -> Iterator[BinaryIO]:
    """The stream of a new file, readable for its owner alone. It is durable and has its name after a success.

    Until then it is called `<name>.part`: one that is left there is of a backup that was killed. `BackupFailed` if
    another backup is writing it.
    """
    partial = file.with_name(file.name + PARTIAL)
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        _lock(descriptor, partial)
        os.ftruncate(descriptor, 0)
        try:
            yield stream
            stream.flush()
            os.fsync(descriptor)
        except Exception:
            partial.unlink(missing_ok=True)
            raise
        partial.rename(file)
    sync_folder(file.parent)


def expect_space(folder: Path, needed_bytes: int, what: str) -> None:
    """`BackupFailed` if the disk of the folder has less."""
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < needed_bytes + KEPT_FREE_BYTES:
        raise BackupFailed(
            f"{what} needs about {needed_bytes // MIB} MiB in {folder} and {KEPT_FREE_BYTES // MIB} MiB "
            f"that stay free; {free_bytes // MIB} MiB are free"
        )


def sync_folder(folder: Path) -> None:
    """A new name in a folder is durable only once the folder itself is synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, partial: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BackupFailed(f"another backup is writing {partial}") from error

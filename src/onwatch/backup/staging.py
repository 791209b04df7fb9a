"""The files of a restore: prepared beside those of the system, then moved into their places.

In a media folder all in its folder `.restore`, so that every move is a rename within one file system:

- `new`: folders of videos from the backup;
- `old-1`, `old-2`, ...: what was there, moved away by this restore and by interrupted ones;
- `replacing.json`: the system is half replaced; the catalog does not start.

A folder without that mark is what an interrupted restore left that changed nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from onwatch.backup.archive import Archive
from onwatch.backup.errors import RestoreRefused
from onwatch.backup.manifest import MEDIA, Part
from onwatch.backup.progress import Watch
from onwatch.backup.target import expect_space, sync_folder
from onwatch_catalog.backup import folders_in
from onwatch_catalog.media import RESTORE_MARK, ServedAs, is_half_replaced, restore_folder

NEW, OLD = "new", "old-"


class Staging(Protocol):
    """The storage of files, locked by this restore. Every method may raise `OSError`."""

    @property
    def is_half_replaced(self) -> bool:
        """By an earlier restore that was interrupted."""
        ...

    @property
    def folders_count(self) -> int:
        """Of the system as it is."""
        ...

    def expect_space(self, needed_bytes: int) -> None:
        """`BackupFailed` if there is less, as far as it can be known."""
        ...

    def stage(self, backup: Archive, files: Collection[Part], served_as: Mapping[str, ServedAs], watch: Watch) -> None:
        """Write the files of the backup; the former system is as it was. `served_as`: by path, of each video's file."""
        ...

    def mark(self, source: Path, now: datetime) -> None:
        """From now on the system is half replaced, until `finish`."""
        ...

    def unmark(self) -> None:
        """Nothing was replaced after all."""
        ...

    def switch(self, watch: Watch) -> None:
        """Replace what is there by the files of the backup."""
        ...

    def finish(self, watch: Watch) -> None:
        """The system is replaced: remove the mark, then what was there before."""
        ...

    def abandon(self) -> None:
        """Delete what was prepared, unless an earlier restore has half replaced the system."""
        ...


@dataclass(frozen=True)
class FolderStaging:
    """The media folder, locked by this restore."""

    media: Path

    @property
    def folder(self) -> Path:
        return restore_folder(self.media)

    @property
    def is_half_replaced(self) -> bool:
        return is_half_replaced(self.media)

    @property
    def folders_count(self) -> int:
        return len(folders_in(self.media))

    def expect_space(self, needed_bytes: int) -> None:
        expect_space(self.media, needed_bytes, "the restore, beside the files that are there,")

    def stage(self, backup: Archive, files: Collection[Part], served_as: Mapping[str, ServedAs], watch: Watch) -> None:
        """Write the files of the backup to `new`; what an earlier restore prepared is deleted first."""
        shutil.rmtree(self.folder / NEW, ignore_errors=True)
        (self.folder / NEW).mkdir(parents=True)
        for part in files:
            self._extract(backup, part, watch)
        self._give_to_owner_of_media()

    def mark(self, source: Path, now: datetime) -> None:
        mark = self.folder / RESTORE_MARK
        partial = mark.with_name(f"{RESTORE_MARK}.part")
        with partial.open("w", encoding="utf-8") as file:
            file.write(described(source, now))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(mark)
        sync_folder(self.folder)
        sync_folder(self.media)

    def unmark(self) -> None:
        (self.folder / RESTORE_MARK).unlink(missing_ok=True)
        sync_folder(self.folder)

    def switch(self, watch: Watch) -> None:
        """Move what is there away, and the new folders to their places."""
        new = sorted(path.name for path in (self.folder / NEW).iterdir())
        old = self._next_old()
        for name in sorted({*folders_in(self.media), *(name for name in new if (self.media / name).exists())}):
            watch.step(f"moving {name} away")
            (self.media / name).rename(old / name)
        for name in new:
            watch.step(f"moving {name} into its place")
            (self.folder / NEW / name).rename(self.media / name)
        sync_folder(self.media)

    def finish(self, watch: Watch) -> None:
        watch.step("removing the mark")
        self.unmark()
        watch.step("deleting the former files")
        shutil.rmtree(self.folder, ignore_errors=True)  # what stays is reported by `onwatch doctor`

    def abandon(self) -> None:
        shutil.rmtree(self.folder / NEW, ignore_errors=True)
        if not self.is_half_replaced:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _extract(self, backup: Archive, part: Part, watch: Watch) -> None:
        target = self.folder / NEW / part.name.removeprefix(MEDIA)
        target.parent.mkdir(exist_ok=True)
        with target.open("wb") as file:
            for block in backup.blocks(part.name):
                watch.step(part.name, len(block))
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        os.utime(target, (backup.mtime_s(part.name),) * 2)

    def _give_to_owner_of_media(self) -> None:
        """An administrator may restore for a service with a user of its own."""
        if os.geteuid() == 0:
            owner = self.media.stat()
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, owner.st_uid, owner.st_gid)

    def _next_old(self) -> Path:
        number = 1 + sum(path.name.startswith(OLD) for path in self.folder.iterdir())
        folder = self.folder / f"{OLD}{number}"
        folder.mkdir()
        return folder


def described(source: Path, now: datetime) -> str:
    """The content of the mark."""
    return json.dumps({"source": str(source), "since": now.isoformat()})


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """`RestoreRefused` while another restore has the folder. The lock ends with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RestoreRefused(f"no permission to write to the folder {folder}")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise RestoreRefused(f"another restore is at work in {folder}") from error
    finally:
        os.close(descriptor)

"""The files of a restore: prepared beside those of the system, then moved into their places.

All in the folder `.restore` of the media folder, so that every move is a rename within one file system:

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
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from onwatch.backup.archive import Archive
from onwatch.backup.errors import RestoreRefused
from onwatch.backup.manifest import MEDIA, Part
from onwatch.backup.progress import Watch
from onwatch.backup.target import sync_folder
from onwatch_catalog.backup import folders_in
from onwatch_catalog.media import RESTORE_MARK, is_half_replaced, restore_folder

NEW, OLD = "new", "old-"


@dataclass(frozen=True)
class Staging:
    """The media folder, locked by this restore."""

    media: Path

    @property
    def folder(self) -> Path:
        return restore_folder(self.media)

    @property
    def is_half_replaced(self) -> bool:
        """By an earlier restore that was interrupted."""
        return is_half_replaced(self.media)

    def stage(self, backup: Archive, files: Collection[Part], watch: Watch) -> None:
        """Write the files of the backup to `new`; what an earlier restore prepared is deleted first."""
        shutil.rmtree(self.folder / NEW, ignore_errors=True)
        (self.folder / NEW).mkdir(parents=True)
        for part in files:
            self._extract(backup, part, watch)
        self._give_to_owner_of_media()

    def mark(self, source: Path, now: datetime) -> None:
        """From now on the system is half replaced, until `finish`."""
        mark = self.folder / RESTORE_MARK
        partial = mark.with_name(f"{RESTORE_MARK}.part")
        with partial.open("w", encoding="utf-8") as file:
            json.dump({"source": str(source), "since": now.isoformat()}, file)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(mark)
        sync_folder(self.folder)
        sync_folder(self.media)

    def unmark(self) -> None:
        """Nothing was replaced after all."""
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
        """The system is replaced: remove the mark, then what was there before."""
        watch.step("removing the mark")
        self.unmark()
        watch.step("deleting the former files")
        shutil.rmtree(self.folder, ignore_errors=True)  # what stays is reported by `onwatch doctor`

    def abandon(self) -> None:
        """Delete what was prepared, unless an earlier restore has half replaced the system."""
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


@contextmanager
def staging(media: Path) -> Iterator[Staging]:
    """`RestoreRefused` while another restore has the media folder. The lock ends with the process, however it ends."""
    media.mkdir(parents=True, exist_ok=True)
    if not os.access(media, os.W_OK | os.X_OK):
        raise RestoreRefused(f"no permission to write to the media folder {media}")
    descriptor = os.open(media, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield Staging(media)
    except BlockingIOError as error:
        raise RestoreRefused(f"another restore is at work in {media}") from error
    finally:
        os.close(descriptor)

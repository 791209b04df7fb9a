"""The media folder: one folder for each video, with the file and its thumbnail.

`<media>/<video id>/source.part` while it arrives, then `source.<extension>` and `thumbnail.jpg`. These functions
block: call them in a thread.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

PART = "source.part"
THUMBNAIL = "thumbnail.jpg"


@dataclass(frozen=True)
class Entry:
    """Something in the media folder: a folder with the names in it, or a file."""

    name: str
    files: tuple[str, ...] | None
    """None: it is no folder."""
    age_s: float
    """Since it or something in it was last changed."""


class Files(Protocol):
    """Where files are. `OSError` when the disk refuses."""

    def begin(self, video_id: str) -> BinaryIO:
        """Open the arriving file of a new video for writing."""
        ...

    def part(self, video_id: str) -> Path:
        """The arriving file."""
        ...

    def keep(self, video_id: str, extension: str, thumbnail: bytes) -> str:
        """Make the arrived file and its thumbnail lasting; the file's path relative to the media folder."""
        ...

    def content(self, file_path: str) -> Path | None:
        """Where the file is; None when it is not there."""
        ...

    def thumbnail(self, video_id: str) -> Path | None: ...

    def remove(self, video_id: str) -> None:
        """Remove a video's folder. Twice is the same as once."""
        ...

    def check(self) -> None:
        """Raise when nothing can be written."""
        ...


@dataclass(frozen=True)
class MediaFolder:
    """`Files` on a file system."""

    root: Path

    def begin(self, video_id: str) -> BinaryIO:
        self._folder(video_id).mkdir(parents=True)
        return self.part(video_id).open("wb")

    def part(self, video_id: str) -> Path:
        return self._folder(video_id) / PART

    def keep(self, video_id: str, extension: str, thumbnail: bytes) -> str:
        folder = self._folder(video_id)
        with (folder / THUMBNAIL).open("wb") as file:
            file.write(thumbnail)
            _sync(file.fileno())
        with self.part(video_id).open("rb") as file:
            _sync(file.fileno())
        source = self.part(video_id).rename(folder / f"source.{extension}")
        for changed in (folder, self.root):
            _sync_folder(changed)
        return source.relative_to(self.root).as_posix()

    def content(self, file_path: str) -> Path | None:
        return _if_there(self.root / file_path)

    def thumbnail(self, video_id: str) -> Path | None:
        return _if_there(self._folder(video_id) / THUMBNAIL)

    def remove(self, video_id: str) -> None:
        try:
            shutil.rmtree(self._folder(video_id))
        except FileNotFoundError:
            return

    def entries(self, now_s: float) -> Sequence[Entry]:
        """All that is in the media folder; ages by `now_s`, seconds since 1970. `OSError` when there is no folder."""
        return [_entry(path, now_s) for path in sorted(self.root.iterdir())]

    def remove_file(self, path: str) -> None:
        """Remove one file, named relative to the media folder. Twice is the same as once."""
        (self.root / path).unlink(missing_ok=True)

    def keep_thumbnail(self, video_id: str, thumbnail: bytes) -> None:
        """Make a thumbnail that was lost again: whole, or not at all."""
        folder = self._folder(video_id)
        arriving = folder / f"{THUMBNAIL}.part"
        arriving.write_bytes(thumbnail)
        arriving.rename(folder / THUMBNAIL)

    def check(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise PermissionError(f"the media folder {self.root} cannot be written to")

    def _folder(self, video_id: str) -> Path:
        return self.root / video_id


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _entry(path: Path, now_s: float) -> Entry:
    """What vanishes while it is looked at is as old as its parts that are there."""
    names = tuple(sorted(child.name for child in path.iterdir())) if path.is_dir() else None
    changed_s = [found.st_mtime for found in map(_stat, (path, *(path / name for name in names or ()))) if found]
    return Entry(path.name, names, now_s - max(changed_s, default=now_s))


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _sync(descriptor: int) -> None:
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """A new name in a folder lasts only once the folder itself is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)

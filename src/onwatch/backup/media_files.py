"""Writes the files of videos into the archive, while the catalog may delete some of them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from onwatch.backup.archive import ArchiveWriter
from onwatch.backup.errors import BackupFailed, explained
from onwatch.backup.manifest import MEDIA
from onwatch.backup.progress import Watch
from onwatch_catalog.backup import files_beside


@dataclass(frozen=True)
class OpenFile:
    stream: BinaryIO
    size_bytes: int
    mtime_s: float


class MediaFiles(Protocol):
    """The files of videos, by paths relative to their storage. Every method may raise `OSError`."""

    def total_bytes(self, paths: Collection[str]) -> int:
        """Of the files that are there now. Called once, before any is opened."""
        ...

    def opened(self, path: str) -> AbstractContextManager[OpenFile | None]:
        """None if there is no such file."""
        ...


@dataclass(frozen=True)
class FolderFiles:
    """`MediaFiles` in a media folder. A file that is deleted meanwhile is read to its end: it is open."""

    media: Path

    def total_bytes(self, paths: Collection[str]) -> int:
        return sum(_size_bytes(self.media / path) for path in paths)

    @contextmanager
    def opened(self, path: str) -> Iterator[OpenFile | None]:
        try:
            file = (self.media / path).open("rb")
        except FileNotFoundError:
            yield None
            return
        with file:
            found = os.fstat(file.fileno())
            yield OpenFile(file, found.st_size, found.st_mtime)


@dataclass
class Missing:
    """Files that are not in the backup, by the id of their video."""

    paths: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    """Deleted while they were copied."""

    def of_existing(self, deleted: frozenset[str]) -> tuple[str, ...]:
        """`BackupFailed` for a file that was lost while its video was not deleted."""
        for video_id, path in self.lost.items():
            if video_id not in deleted:
                raise BackupFailed(f"{path} was deleted while it was copied, but its video was not: try again")
        return tuple(path for video_id, path in sorted(self.paths.items()) if video_id not in deleted)


def copied(media: MediaFiles, files: Mapping[str, str], writer: ArchiveWriter, watch: Watch) -> Missing:
    """Copy each video's file and what is beside it. A file does not change once its video exists, or is replaced."""
    missing = Missing()
    for video_id, path in files.items():
        watch.step(f"{MEDIA}{path}")
        if not _copied(media, path, video_id, missing, writer, watch):
            missing.paths[video_id] = path
            continue
        for beside in files_beside(path):
            _copied(media, beside, video_id, missing, writer, watch)
    return missing


def _copied(media: MediaFiles, path: str, video_id: str, missing: Missing, writer: ArchiveWriter, watch: Watch) -> bool:
    """False if there is no such file."""
    name = f"{MEDIA}{path}"
    with explained(f"copying {path}"), media.opened(path) as file:
        if file is None:
            return False
        is_whole = writer.add_file(
            name, file.stream, file.size_bytes, file.mtime_s, lambda size_bytes: watch.step(name, size_bytes)
        )
    if not is_whole:
        missing.lost[video_id] = path
    return True


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0

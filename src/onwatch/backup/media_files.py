"""Writes the files of videos into the archive, while the catalog may delete some of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from onwatch.backup.archive import ArchiveWriter
from onwatch.backup.errors import explained
from onwatch.backup.manifest import MEDIA
from onwatch.backup.progress import Watch
from onwatch_catalog.backup import files_beside


@dataclass
class Missing:
    """Files that were not there, by the id of their video."""

    paths: dict[str, str] = field(default_factory=dict)

    def of_existing(self, deleted: frozenset[str]) -> tuple[str, ...]:
        return tuple(path for video_id, path in sorted(self.paths.items()) if video_id not in deleted)


def total_bytes(media: Path, files: Mapping[str, str]) -> int:
    """Of the videos' files that are there now; what the catalog made of them is small."""
    return sum(_size_bytes(media / path) for path in files.values())


def copied(media: Path, files: Mapping[str, str], writer: ArchiveWriter, watch: Watch) -> Missing:
    """Copy each video's file and what is beside it. A file does not change once its video exists, or is replaced."""
    missing = Missing()
    for video_id, path in files.items():
        watch.step(f"{MEDIA}{path}")
        if not _copied(media, path, writer, watch):
            missing.paths[video_id] = path
            continue
        for beside in files_beside(path):
            _copied(media, beside, writer, watch)
    return missing


def _copied(media: Path, path: str, writer: ArchiveWriter, watch: Watch) -> bool:
    """False if there is no such file. One that is deleted meanwhile is copied to its end: it is open."""
    with explained(f"copying {path}"):
        try:
            file = (media / path).open("rb")
        except FileNotFoundError:
            return False
        name = f"{MEDIA}{path}"
        with file:
            found = os.fstat(file.fileno())
            writer.add_file(name, file, found.st_size, found.st_mtime, lambda size_bytes: watch.step(name, size_bytes))
    return True


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0

"""The recordings that `onwatch analyze` was given: the files of folders, in the order of their times, joined or not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from onwatch_media import FileTimes, Inspector, VideoUnusable, consecutive, in_order, join

SUFFIXES = frozenset(
    [
        ".mp4",
        ".m4v",
        ".mov",
        ".3gp",
        ".mkv",
        ".webm",
        ".avi",
        ".ts",
        ".mts",
        ".m2ts",
        ".mpg",
        ".mpeg",
        ".vob",
        ".flv",
        ".wmv",
        ".asf",
        ".ogv",
        ".h264",
        ".264",
        ".h265",
        ".265",
        ".hevc",
        ".mjpeg",
        ".mjpg",
        ".m2v",
        ".ivf",
        ".obu",
        ".mxf",
        ".dv",
        ".wtv",
        ".dav",
    ]
)
"""What a file in a folder is called for it to be opened; a file that is named itself may be called anything."""


@dataclass(frozen=True)
class Recording:
    """One file, or several that are analysed as one."""

    files: tuple[Path, ...]

    @property
    def name(self) -> str:
        first = self.files[0].name
        return first if len(self.files) == 1 else f"{first} to {self.files[-1].name}"

    def as_one_file(self, folder: Path) -> tuple[Path, tuple[str, ...]]:
        """The file to analyse, written into the folder if it is joined, and notes of its seams. `VideoUnusable`."""
        if len(self.files) == 1:
            return self.files[0], ()
        target = folder / self.files[0].name
        seams = join(self.files, target)
        return target, tuple(f"{seam.file.name} begins at {seam.at_s:.1f} s of the joined video." for seam in seams)


def files_of(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The files, and in place of folders what is called like a video in them; and the files that are not."""
    taken: list[Path] = []
    skipped: list[Path] = []
    for path in paths:
        for file in _below(path) if path.is_dir() else [path]:
            is_taken = file == path or file.suffix.lower() in SUFFIXES
            (taken if is_taken else skipped).append(file)
    return taken, skipped


async def recordings_of(
    files: Sequence[Path], inspector: Inspector, *, is_joined: bool
) -> tuple[list[Recording], list[tuple[Path, str]]]:
    """In the order of their times; and the files that are no videos, with the reason."""
    found = await asyncio.gather(*(_times_of(file, inspector) for file in files), return_exceptions=True)
    usable: list[FileTimes] = []
    unusable: list[tuple[Path, str]] = []
    for file, times in zip(files, found, strict=True):
        match times:
            case FileTimes():
                usable.append(times)
            case VideoUnusable() | OSError():
                unusable.append((file, str(times)))
            case BaseException():
                raise times
    groups = consecutive(usable) if is_joined else [[each] for each in in_order(usable)]
    return [Recording(tuple(each.path for each in group)) for group in groups], unusable


async def _times_of(file: Path, inspector: Inspector) -> FileTimes:
    found, _ = await inspector.inspect(file)
    stat = await asyncio.to_thread(file.stat)
    return FileTimes.of(file, found.duration_s, found.recorded_at, stat.st_mtime)


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))

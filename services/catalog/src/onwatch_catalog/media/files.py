"""The port of files, and the media folder: one folder for each video, with the file and its thumbnail.

`<media>/<video id>/source.part` during the upload, then `source.<extension>`, its clock in `source.clock`, and
`thumbnail.jpg`. These functions block: call them in a thread.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from onwatch_catalog.disk_reserve import FULL_BYTES, free_bytes_of
from onwatch_catalog.media.unfinished_restore import check_not_half_replaced
from onwatch_media import VideoSource, clock_path, has_clock

PARTIAL = "source.part"
THUMBNAIL = "thumbnail.jpg"
CLOCK = clock_path(Path(PARTIAL)).name
# The content of a video never changes: another file is another video with another id.
CONTENT_CACHE = "private, max-age=3600"  # a player asks again and again for ranges


@dataclass(frozen=True)
class FolderEntry:
    """An entry of the media folder: a folder with the names in it, or a file."""

    name: str
    files: tuple[str, ...] | None
    """None if it is not a folder."""
    age_s: float
    """Since it or one of its files was last modified."""


@dataclass(frozen=True)
class ServedAs:
    """What whoever gets the complete file is told about it."""

    name: str
    media_type: str

    @property
    def disposition(self) -> str:
        """Content-Disposition."""
        quoted = quote(self.name)
        return f'inline; filename="{quoted}"' if quoted == self.name else f"inline; filename*=utf-8''{quoted}"


class Written(Protocol):
    """The partial file, open for writing. One thread writes at a time; any closes."""

    def write(self, content: bytes, /) -> object: ...

    def close(self) -> None:
        """What was written is kept from now on."""
        ...


class Files(Protocol):
    """The storage of files, one for all processes of the catalog. Every method may raise `OSError`."""

    def begin(self, video_id: str) -> Written:
        """Open the partial file of a new video for writing. `FileExistsError`: an id is used once."""
        ...

    def append(self, video_id: str) -> Written:
        """Open the partial file for writing behind what it has. `FileNotFoundError`."""
        ...

    def received_bytes(self, video_id: str) -> int | None:
        """The size of the partial file; None when there is none.

        A process that ended while it wrote may have taken some of the last bytes with it, and nothing before them.
        """
        ...

    def partial(self, video_id: str) -> VideoSource:
        """The file during the upload, and until its video is added."""
        ...

    def join_target(self, video_id: str) -> Path:
        """Where a join writes the partial file that was begun; in a folder that has nothing else."""
        ...

    def take_joined(self, video_id: str) -> None:
        """Make what a join has written the partial file."""
        ...

    def finalize(
        self, video_id: str, extension: str, thumbnail: bytes, clock_file: bytes, served_as: ServedAs | None = None
    ) -> str:
        """Make the complete file and what belongs to it durable; the file's path relative to the storage."""
        ...

    def presigned_url(self, file_path: str) -> str | None:
        """Where whoever has it reads the file for some minutes, past the catalog; None: the catalog sends it."""
        ...

    def content(self, file_path: str) -> VideoSource | None:
        """The file; None when it does not exist."""
        ...

    def thumbnail(self, video_id: str) -> VideoSource | None: ...

    def lacks_clock(self, file_path: str) -> bool:
        """Whether the file has no clock file, or one that is damaged or of another file."""
        ...

    def keep_clock(self, file_path: str, clock_file: bytes) -> None:
        """Write the clock file of an existing file, atomically."""
        ...

    def remove(self, video_id: str) -> None:
        """Delete a video's folder. Idempotent."""
        ...

    def free_bytes(self) -> int | None:
        """What may still be written; None: there is no limit."""
        ...

    def free_bytes_to_join(self) -> int:
        """What a join may write."""
        ...

    def check(self) -> None:
        """Raise when nothing can be stored, or half of it was replaced by an interrupted restore."""
        ...

    # --- for `onwatch doctor`

    def entries(self, now_s: float) -> Sequence[FolderEntry]:
        """Everything that is stored; ages by `now_s`, seconds since 1970."""
        ...

    def remove_file(self, path: str) -> None:
        """Delete one file, its path relative to the storage. Idempotent."""
        ...

    def replace_thumbnail(self, video_id: str, thumbnail: bytes) -> None:
        """Write the thumbnail of an existing video, atomically."""
        ...


@dataclass(frozen=True)
class MediaFolder:
    """`Files` on a file system."""

    root: Path

    def begin(self, video_id: str) -> Written:
        self._folder(video_id).mkdir(parents=True)
        return self.partial(video_id).open("wb")

    def append(self, video_id: str) -> Written:
        file = self.partial(video_id).open("r+b", buffering=0)  # "ab" would make a missing file
        file.seek(0, os.SEEK_END)
        return file

    def received_bytes(self, video_id: str) -> int | None:
        found = _stat(self.partial(video_id))
        return found and found.st_size

    def partial(self, video_id: str) -> Path:
        return self._folder(video_id) / PARTIAL

    def join_target(self, video_id: str) -> Path:
        return self.partial(video_id)

    def take_joined(self, video_id: str) -> None:
        """It is there."""

    def finalize(
        self, video_id: str, extension: str, thumbnail: bytes, clock_file: bytes, served_as: ServedAs | None = None
    ) -> str:
        folder = self._folder(video_id)
        for name, content in ((THUMBNAIL, thumbnail), (CLOCK, clock_file)):
            with (folder / name).open("wb") as file:
                file.write(content)
                _sync(file.fileno())
        with self.partial(video_id).open("rb") as file:
            _sync(file.fileno())
        source = self.partial(video_id).rename(folder / f"source.{extension}")
        for changed in (folder, self.root):
            _sync_folder(changed)
        return source.relative_to(self.root).as_posix()

    def presigned_url(self, file_path: str) -> None:
        """A folder has none."""

    def content(self, file_path: str) -> Path | None:
        return _existing(self.root / file_path)

    def thumbnail(self, video_id: str) -> Path | None:
        return _existing(self._folder(video_id) / THUMBNAIL)

    def lacks_clock(self, file_path: str) -> bool:
        return not has_clock(self.root / file_path)

    def keep_clock(self, file_path: str, clock_file: bytes) -> None:
        _replace(clock_path(self.root / file_path), clock_file)

    def remove(self, video_id: str) -> None:
        try:
            shutil.rmtree(self._folder(video_id))
        except FileNotFoundError:
            return

    def entries(self, now_s: float) -> Sequence[FolderEntry]:
        """`OSError` when there is no folder."""
        return [_entry(path, now_s) for path in sorted(self.root.iterdir())]

    def remove_file(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    def replace_thumbnail(self, video_id: str, thumbnail: bytes) -> None:
        folder = self._folder(video_id)
        _replace(folder / THUMBNAIL, thumbnail)

    def free_bytes(self) -> int:
        return free_bytes_of(self.root) - FULL_BYTES

    def free_bytes_to_join(self) -> int:
        return free_bytes_of(self.root)

    def check(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise PermissionError(f"the media folder {self.root} cannot be written to")
        check_not_half_replaced(self.root)

    def _folder(self, video_id: str) -> Path:
        return self.root / video_id


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None


def _entry(path: Path, now_s: float) -> FolderEntry:
    """The age is that of the newest file; files that vanish meanwhile are ignored."""
    names = tuple(sorted(child.name for child in path.iterdir())) if path.is_dir() else None
    changed_s = [found.st_mtime for found in map(_stat, (path, *(path / name for name in names or ()))) if found]
    return FolderEntry(path.name, names, now_s - max(changed_s, default=now_s))


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.part")
    partial.write_bytes(content)
    partial.rename(path)


def _sync(descriptor: int) -> None:
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """A new name in a folder is durable only once the folder itself is synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)

"""`Files` in an object store: the same names as in a media folder, as objects.

Nothing can be appended to an object. What arrives of a file is stored in parts, `<video id>/parts/<offset>`, and what
has arrived is what they make up without a gap: any process can tell, and go on. The complete file is one object, which
players and detectors read by range; it is written from the parts, which are deleted once it is there.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from uuid import uuid4

from onwatch_catalog.disk_reserve import FULL_BYTES, free_bytes_of
from onwatch_catalog.media.files import CLOCK, CONTENT_CACHE, PARTIAL, THUMBNAIL, FolderEntry, ServedAs, Written
from onwatch_catalog.media.unfinished_restore import FOLDER as RESTORE_FOLDER
from onwatch_catalog.media.unfinished_restore import RestoreUnfinished
from onwatch_media import StoredFile, Version, is_clock_of
from onwatch_media.stored import Listed, ObjectStore, StoredObject

PARTS = "parts"
BEGUN = f"{PARTS}/begun"
"""An object of an upload of which nothing has arrived. Its content tells two uploads of one id apart."""
PART_NAME = re.compile(rf"{PARTS}/([0-9]{{20}})")
PART_BYTES = 8 << 20
"""What a process that is killed may take with it, of each upload."""
PRESIGNED_S = 600.0
SOURCE = re.compile(r"source\.(?!clock$)[a-z0-9]+")


class _Span(NamedTuple):
    """A stretch of a file, and the part that has it."""

    begin: int
    end: int
    path: str
    offset: int
    """Of the part in the file."""


@dataclass(frozen=True)
class _Folder:
    """The objects of one video, by their names."""

    video_id: str
    objects: dict[str, Listed]

    @property
    def source(self) -> Listed | None:
        """The complete file; the parts do not count any more."""
        return next((found for name, found in self.objects.items() if SOURCE.fullmatch(name)), None)

    @property
    def parts(self) -> list[str]:
        return [found.path for name, found in self.objects.items() if name == BEGUN or PART_NAME.fullmatch(name)]

    def spans(self) -> Iterator[_Span]:
        """What has arrived, up to the first gap. Two processes may have written at the same time: parts overlap."""
        at = 0
        for name, found in sorted(self.objects.items()):
            if (part := PART_NAME.fullmatch(name)) is None:
                continue
            offset = int(part[1])
            if offset > at:
                return
            if (end := offset + found.size_bytes) > at:
                yield _Span(at, end, found.path, offset)
                at = end


@dataclass(frozen=True)
class PartsFile:
    """A file of which there are only parts: a `StoredFile`."""

    store: ObjectStore
    video_id: str
    spans: tuple[_Span, ...]

    @property
    def path(self) -> PurePosixPath:
        return PurePosixPath(self.video_id, PARTIAL)

    @property
    def size_bytes(self) -> int:
        return self.spans[-1].end if self.spans else 0

    def read(self, offset: int, size: int) -> bytes:
        key, wanted = f"{self.video_id}/{PARTS}", min(size, self.size_bytes - offset)
        return self.store.cache.read(key, offset, wanted, self.fetched)

    def clock_file(self) -> bytes:
        return b""

    def fetched(self, offset: int, size: int) -> bytes:
        """Past the cache."""
        wanted = ((span, max(offset, span.begin), min(offset + size, span.end)) for span in self.spans)
        return b"".join(
            self.store.read(span.path, begin - span.offset, end - begin) for span, begin, end in wanted if begin < end
        )


class PartWriter:
    """Stores a file in parts, from an offset on."""

    def __init__(self, store: ObjectStore, video_id: str, offset: int, part_bytes: int) -> None:
        self._store, self._video_id, self._part_bytes = store, video_id, part_bytes
        self._offset = offset
        self._waiting = bytearray()
        self._is_closed = False
        self._lock = threading.Lock()

    def write(self, content: bytes) -> None:
        """`FileExistsError` if another process writes the same file."""
        with self._lock:
            if self._is_closed:
                raise ValueError("the file is closed")
            self._waiting += content
            while len(self._waiting) >= self._part_bytes:
                self._put(self._part_bytes)

    def close(self) -> None:
        """Waits for a `write` in another thread."""
        with self._lock:
            if self._waiting and not self._is_closed:
                self._put(len(self._waiting))
            self._is_closed = True

    def _put(self, size: int) -> None:
        is_closed, self._is_closed = self._is_closed, True  # if it fails: there would be a gap
        self._store.put_new(_part(self._video_id, self._offset), bytes(self._waiting[:size]))
        self._is_closed = is_closed
        self._offset += size
        del self._waiting[:size]


@dataclass(frozen=True)
class StoredFiles:
    store: ObjectStore
    folder: Path
    """Of this machine, for joins in progress."""
    part_bytes: int = PART_BYTES
    presigned_s: float = PRESIGNED_S

    def begin(self, video_id: str) -> Written:
        self.store.put_new(f"{video_id}/{BEGUN}", uuid4().bytes)
        return self._writer(video_id, 0)

    def append(self, video_id: str) -> Written:
        received_bytes = self.received_bytes(video_id)
        if received_bytes is None:
            raise FileNotFoundError(video_id)
        return self._writer(video_id, received_bytes)

    def received_bytes(self, video_id: str) -> int | None:
        found = self._objects(video_id)
        if found.source is not None:
            return found.source.size_bytes
        return max((span.end for span in found.spans()), default=0) if found.parts else None

    def partial(self, video_id: str) -> StoredFile:
        found = self._objects(video_id)
        if found.source is not None:  # complete, by a process that ended before it added the video
            return StoredObject(self.store, found.source.path, found.source.size_bytes)
        return PartsFile(self.store, video_id, tuple(found.spans()))

    def join_target(self, video_id: str) -> Path:
        target = self._join_folder(video_id) / PARTIAL
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def take_joined(self, video_id: str) -> None:
        writer = self._writer(video_id, 0)
        with self.join_target(video_id).open("rb") as file:
            while content := file.read(self.part_bytes):
                writer.write(content)
        writer.close()
        shutil.rmtree(self._join_folder(video_id))

    def finalize(
        self, video_id: str, extension: str, thumbnail: bytes, clock_file: bytes, served_as: ServedAs | None = None
    ) -> str:
        """May be repeated after any of its steps."""
        found, path = self._objects(video_id), f"{video_id}/source.{extension}"
        for name, content in ((THUMBNAIL, thumbnail), (CLOCK, clock_file)):
            self.store.put(f"{video_id}/{name}", content)
        if found.source is None:
            file = PartsFile(self.store, video_id, tuple(found.spans()))
            contents = (file.fetched(span.begin, span.end - span.begin) for span in file.spans)
            self.store.put_all(path, contents, file.size_bytes, headers_of(served_as))
        elif found.source.path != path:
            raise FileExistsError(found.source.path)
        self.store.delete(found.parts)
        return path

    def presigned_url(self, file_path: str) -> str | None:
        return self.store.presigned_url(file_path, self.presigned_s)

    def content(self, file_path: str) -> StoredObject | None:
        return self.store.file(file_path)

    def thumbnail(self, video_id: str) -> StoredObject | None:
        return self.store.file(f"{video_id}/{THUMBNAIL}")

    def lacks_clock(self, file_path: str) -> bool:
        file = self.content(file_path)
        if file is None:
            return True
        return not is_clock_of(file.clock_file(), Path(file_path), Version(file.size_bytes, 0))

    def keep_clock(self, file_path: str, clock_file: bytes) -> None:
        self.store.put((PurePosixPath(file_path).parent / CLOCK).as_posix(), clock_file)

    def remove(self, video_id: str) -> None:
        shutil.rmtree(self._join_folder(video_id), ignore_errors=True)
        self.store.delete([found.path for found in self.store.listed(video_id)])

    def free_bytes(self) -> None:
        """The quota is the limit."""

    def free_bytes_to_join(self) -> int:
        return free_bytes_of(self.folder) - FULL_BYTES

    def check(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.store.check(RESTORE_FOLDER):
            raise RestoreUnfinished("the object store")

    def entries(self, now_s: float) -> Sequence[FolderEntry]:
        objects = sorted(self.store.listed())
        return [_entry(name, list(found), now_s) for name, found in groupby(objects, lambda each: _first(each.path))]

    def remove_file(self, path: str) -> None:
        self.store.delete([path])

    def replace_thumbnail(self, video_id: str, thumbnail: bytes) -> None:
        self.store.put(f"{video_id}/{THUMBNAIL}", thumbnail)

    def _objects(self, video_id: str) -> _Folder:
        found = self.store.listed(video_id)
        return _Folder(video_id, {each.path.removeprefix(f"{video_id}/"): each for each in found})

    def _writer(self, video_id: str, offset: int) -> PartWriter:
        return PartWriter(self.store, video_id, offset, self.part_bytes)

    def _join_folder(self, video_id: str) -> Path:
        return self.folder / "joins" / video_id


def headers_of(served_as: ServedAs | None) -> Mapping[str, str]:
    """Kept with the object: a presigned URL names neither type nor name."""
    if served_as is None:
        return {}
    return {
        "Content-Type": served_as.media_type,
        "Content-Disposition": served_as.disposition,
        "Cache-Control": CONTENT_CACHE,
    }


def _part(video_id: str, offset: int) -> str:
    return f"{video_id}/{PARTS}/{offset:020}"


def _first(path: str) -> str:
    return path.partition("/")[0]


def _entry(name: str, objects: Sequence[Listed], now_s: float) -> FolderEntry:
    files = tuple(found.path.removeprefix(f"{name}/") for found in objects)
    age_s = now_s - max(found.modified_at.timestamp() for found in objects)
    return FolderEntry(name, None if files == (name,) else files, age_s)

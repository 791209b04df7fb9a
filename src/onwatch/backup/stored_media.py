"""Files of videos in an object store: read for a backup, and replaced by a restore.

An object cannot be renamed, so a restore writes each to its place before anything is replaced: the content of a video's
file never changes, and what is new belongs to no video yet. Then the mark is set, the tables are replaced, and objects
that are not of the backup are deleted. What a restore that was interrupted before has written are folders of no video
for `onwatch doctor`.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from onwatch.backup.archive import Archive
from onwatch.backup.manifest import MEDIA, Part
from onwatch.backup.media_files import OpenFile
from onwatch.backup.progress import Watch
from onwatch.backup.staging import described
from onwatch_catalog.backup import objects_in
from onwatch_catalog.media import RESTORE_FOLDER, RESTORE_MARK, ServedAs, headers_of
from onwatch_catalog.settings import CatalogSettings
from onwatch_media.stored import BlockCache, Listed, ObjectStore

MARK = f"{RESTORE_FOLDER}/{RESTORE_MARK}"
READ_BYTES = 8 << 20
"""At once, and of one moment."""


def store_of(settings: CatalogSettings, url: str) -> ObjectStore:
    """Not read through its cache: each file is read once. `OSError` while it is away."""
    cache = BlockCache(settings.media_cache, settings.media_cache_bytes)

    def unavailable(error: Exception) -> OSError:
        return OSError(f"the object store {url}: {error}")

    return ObjectStore.of(url, cache, unavailable, settings.tls_ca_file)


@dataclass(frozen=True)
class StoreFiles:
    """`MediaFiles` in an object store."""

    store: ObjectStore

    @cached_property
    def _listed(self) -> dict[str, Listed]:
        """Later than the snapshots: it has the file of each of their rows."""
        return {found.path: found for found in self.store.listed()}

    def total_bytes(self, paths: Collection[str]) -> int:
        return sum(self._listed[path].size_bytes for path in paths if path in self._listed)

    @contextmanager
    def opened(self, path: str) -> Iterator[OpenFile | None]:
        found = self._listed.get(path)
        if found is None:
            yield None
            return
        if found.size_bytes <= READ_BYTES:
            content = self.store.content(path)  # whole: a thumbnail may have been replaced by a larger one
            mtime_s = found.modified_at.timestamp()
            yield None if content is None else OpenFile(io.BytesIO(content), len(content), mtime_s)
            return
        stream = io.BufferedReader(_Object(self.store, path, found.size_bytes), READ_BYTES)
        yield OpenFile(stream, found.size_bytes, found.modified_at.timestamp())


class _Object(io.RawIOBase):
    """An object, read in ranges. `FileNotFoundError` once it is deleted."""

    def __init__(self, store: ObjectStore, path: str, size_bytes: int) -> None:
        super().__init__()
        self._store, self._path, self._size_bytes = store, path, size_bytes
        self._offset = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer)
        wanted = min(len(target), self._size_bytes - self._offset)
        content = self._store.read(self._path, self._offset, wanted)
        target[: len(content)] = content
        self._offset += len(content)
        return len(content)


@dataclass
class StoredStaging:
    """The place in an object store, replaced by this restore: a `Staging`."""

    settings: CatalogSettings
    store: ObjectStore
    written: set[str] = field(default_factory=set)
    """Paths of the objects of the backup."""
    former: frozenset[str] = frozenset()
    """Paths of the objects that were there before."""

    @property
    def is_half_replaced(self) -> bool:
        return self.store.size_bytes(MARK) is not None

    @property
    def folders_count(self) -> int:
        return len({path.partition("/")[0] for path in self._objects()})

    def expect_space(self, needed_bytes: int) -> None:
        """The store has no limit that could be asked for."""

    def stage(self, backup: Archive, files: Collection[Part], served_as: Mapping[str, ServedAs], watch: Watch) -> None:
        self.former = frozenset(self._objects())
        for part in files:
            path = part.name.removeprefix(MEDIA)
            watch.step(part.name)
            self.written.add(path)
            if path in served_as:
                self.store.put_all(path, backup.blocks(part.name), part.size_bytes, headers_of(served_as[path]))
            else:
                self.store.put(path, b"".join(backup.blocks(part.name)))
            watch.step(part.name, part.size_bytes)

    def mark(self, source: Path, now: datetime) -> None:
        self.store.put(MARK, described(source, now).encode())

    def unmark(self) -> None:
        self.store.delete([MARK])

    def switch(self, watch: Watch) -> None:
        """Delete what is not of the backup, an earlier interrupted one included."""
        watch.step("deleting the former files")
        self.store.delete([path for path in self._objects() if path not in self.written])

    def finish(self, watch: Watch) -> None:
        watch.step("removing the mark")
        self.unmark()

    def abandon(self) -> None:
        """Delete what was written, unless the system is half replaced. A store that is away keeps it."""
        with suppress(OSError):
            if not self.is_half_replaced:
                self.store.delete(sorted(self.written - self.former))

    def _objects(self) -> list[str]:
        return objects_in(self.store, self.settings.media_cache)

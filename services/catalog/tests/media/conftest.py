"""Each adapter of the port of files, and how another process opens the same files."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from onwatch_catalog.errors import ObjectStoreUnavailable
from onwatch_catalog.media import Files, MediaFolder, StoredFiles
from onwatch_media import VideoSource
from onwatch_media.stored import BlockCache, ObjectStore
from onwatch_testkit.servers import SeaweedServer

PART_BYTES = 10
OpenFiles = Callable[[], Files]

_prefixes = count()


def content_of(source: VideoSource | None) -> bytes | None:
    if source is None:
        return None
    return source.read_bytes() if isinstance(source, Path) else source.read(0, source.size_bytes)


def stored_files(store: ObjectStore, folder: Path) -> StoredFiles:
    return StoredFiles(store, folder / "local", PART_BYTES)


@pytest.fixture
def open_memory(tmp_path: Path) -> Callable[[], StoredFiles]:
    """Objects in memory, with parts of ten bytes."""
    objects = MemoryStore()
    return lambda: stored_files(
        ObjectStore(objects, BlockCache(tmp_path, 64, block_bytes=16), ObjectStoreUnavailable), tmp_path
    )


@pytest.fixture(params=["folder", "objects in memory", "s3"])
def open_files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenFiles:
    if request.param == "folder":
        (tmp_path / "media").mkdir()
        return lambda: MediaFolder(tmp_path / "media")
    if request.param != "s3":
        open_memory: OpenFiles = request.getfixturevalue("open_memory")
        return open_memory
    server: SeaweedServer = request.getfixturevalue("seaweed_server")
    server.make_bucket("catalog")
    for name, value in server.environment_for().items():
        monkeypatch.setenv(name, value)
    url = f"s3://catalog/files-{next(_prefixes)}"
    return lambda: stored_files(
        ObjectStore.of(url, BlockCache(tmp_path, 64, block_bytes=16), ObjectStoreUnavailable), tmp_path
    )


@pytest.fixture
def files(open_files: OpenFiles) -> Files:
    return open_files()

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from onwatch_catalog.errors import NotAVideo, StorageFull, UploadTooLarge
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.media.files import MediaFolder
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.storage.quota import StorageQuota
from onwatch_catalog.uploads.multipart import UploadForm
from onwatch_catalog.uploads.receiver import FORM_OVERHEAD_BYTES, UploadReceiver
from onwatch_catalog.videos.pending_deletions import PendingDeletions
from onwatch_runtime.bus import Publisher
from onwatch_testkit.inline_inspector import InlineInspector


class FullDisk(MediaFolder):
    """No room for a single byte."""

    def begin(self, video_id: str) -> Any:
        super().begin(video_id).close()

        class File(BytesIO):
            def write(self, _: Any) -> int:
                raise OSError(errno.ENOSPC, "No space left on device")

        return File()


async def body(content: bytes) -> AsyncIterator[bytes]:
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
    yield content
    yield b"\r\n--b--\r\n"


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def uploads(store: SqlStore, tmp_path: Path, memory_bus: Any, clock: Any, registry: CollectorRegistry) -> Any:
    instruments = Instruments(registry)

    def make(files: MediaFolder) -> UploadReceiver:
        publisher = Publisher(memory_bus, clock, lambda: "m")
        deletions = PendingDeletions(store, files)
        inspector = InlineInspector()
        quota = StorageQuota(store, None)
        return UploadReceiver(store, files, inspector, deletions, publisher, lambda: "v", instruments, 10_000, quota)

    return make


def form() -> UploadForm:
    return UploadForm("multipart/form-data; boundary=b")


async def test_an_upload_to_a_full_disk_is_refused_and_deleted(uploads: Any, store: SqlStore, tmp_path: Path) -> None:
    with pytest.raises(StorageFull):
        await uploads(FullDisk(tmp_path / "media")).receive(form(), None, body(b"x"))

    assert list((tmp_path / "media").iterdir()) == []
    assert await store.pending_deletions() == []


async def test_a_declared_length_over_the_limit_is_refused_at_once(
    uploads: Any, store: SqlStore, tmp_path: Path
) -> None:
    with pytest.raises(UploadTooLarge, match="10000 bytes"):
        await uploads(MediaFolder(tmp_path / "media")).receive(form(), 10_001 + FORM_OVERHEAD_BYTES, body(b""))

    assert not (tmp_path / "media").exists()
    assert await store.pending_deletions() == []


async def test_a_file_of_exactly_the_limit_is_read(uploads: Any, tmp_path: Path) -> None:
    files = MediaFolder(tmp_path / "media")
    with pytest.raises(NotAVideo):
        await uploads(files).receive(form(), None, body(b"x" * 10_000))
    with pytest.raises(UploadTooLarge):
        await uploads(files).receive(form(), None, body(b"x" * 10_001))


async def test_uploads_are_counted_by_outcome(uploads: Any, tmp_path: Path, registry: CollectorRegistry) -> None:
    with pytest.raises(NotAVideo):
        await uploads(MediaFolder(tmp_path / "media")).receive(form(), None, body(b"x" * 500))

    assert registry.get_sample_value("onwatch_catalog_uploads_total", {"outcome": "refused"}) == 1
    assert registry.get_sample_value("onwatch_catalog_upload_bytes_total") == 500

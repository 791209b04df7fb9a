from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from onwatch_catalog.errors import FileMissing, ObjectStoreUnavailable
from onwatch_catalog.file_response import RangedFile, ranged
from onwatch_media.stored import StoredObject
from onwatch_testkit.stored_videos import memory_store

MISSING = FileMissing("v", "file")


@pytest.mark.parametrize(
    ("given", "status"),
    [(None, 200), ("bytes=2-4", 206), ("bytes=0-1,4-5", 206), ("bytes=-3", 206), ("bytes=10-", 416), ("bytes=x", 416)],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_file_is_answered_in_whole_or_by_range(
    tmp_path: Path, method: str, given: str | None, status: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    transport = httpx.ASGITransport(RangedFile(path, missing=MISSING))
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as http:
        answer = await http.request(method, "/file", headers={} if given is None else {"range": given})

    assert answer.status_code == status
    if status == 416:
        assert answer.headers["content-range"] == "bytes */10"
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("given", [{}, {"range": "bytes=2-4"}, {"range": "bytes=0-1,4-5"}])
@pytest.mark.parametrize("is_deleted_late", [False, True])
async def test_a_file_that_is_deleted_meanwhile_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], is_deleted_late: bool
) -> None:
    """Before its size is read, or between that and reading it."""
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    response = RangedFile(path, missing=MISSING)
    open_file = anyio.open_file

    async def open_deleted(*arguments: Any, **options: Any) -> Any:
        path.unlink()
        return await open_file(*arguments, **options)

    if is_deleted_late:
        monkeypatch.setattr("anyio.open_file", open_deleted)
    else:
        path.unlink()
    transport = httpx.ASGITransport(response)
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as http:
        answer = await http.get("/file", headers=given)

    assert (answer.status_code, answer.json()["code"]) == (404, "file_missing")


async def test_a_file_that_is_deleted_while_it_is_sent_is_sent_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789" * 100_000)
    open_file = anyio.open_file

    async def open_and_delete(*arguments: Any, **options: Any) -> Any:
        file = await open_file(*arguments, **options)
        path.unlink()
        return file

    monkeypatch.setattr("anyio.open_file", open_and_delete)
    transport = httpx.ASGITransport(RangedFile(path, missing=MISSING))
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as http:
        answer = await http.get("/file")

    assert (answer.status_code, len(answer.content)) == (200, 1_000_000)


# --- a file in an object store -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "status", "content"),
    [
        (None, 200, b"0123456789"),
        ("bytes=2-4", 206, b"234"),
        ("bytes=-3", 206, b"789"),
        ("bytes=10-", 416, None),
        ("bytes=x", 416, None),
    ],
)
async def test_a_stored_file_is_answered_in_whole_or_by_range(
    tmp_path: Path, given: str | None, status: int, content: bytes | None
) -> None:
    answer = await answered(stored_file(tmp_path), {} if given is None else {"range": given})
    assert answer.status_code == status
    assert content is None or answer.content == content
    if status == 206 and content:
        assert answer.headers["content-range"].endswith("/10")


async def test_several_ranges_of_a_stored_file_are_answered(tmp_path: Path) -> None:
    answer = await answered(stored_file(tmp_path), {"range": "bytes=0-1,4-5"})
    assert answer.status_code == 206
    assert b"\r\n01\r\n" in answer.content
    assert b"\r\n45\r\n" in answer.content


async def test_a_range_is_of_the_same_stored_file(tmp_path: Path) -> None:
    file = stored_file(tmp_path)
    etag = (await answered(file, {})).headers["etag"]
    for given, status in ((etag, 206), ('"other"', 200), (f"W/{etag}", 200)):
        answer = await answered(file, {"range": "bytes=0-1", "if-range": given})
        assert answer.status_code == status


async def test_a_stored_file_that_is_deleted_or_away_is_told(tmp_path: Path) -> None:
    deleted = StoredObject(memory_store(tmp_path), "v/gone.mp4", 10)
    assert ((await answered(deleted, {})).status_code, MISSING.status) == (404, 404)

    class Away(StoredObject):
        def read(self, offset: int, size: int) -> bytes:
            raise ObjectStoreUnavailable(OSError("refused"))

    answer = await answered(Away(memory_store(tmp_path), "v/source.mp4", 10), {})
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")


def stored_file(folder: Path) -> StoredObject:
    store = memory_store(folder, block_bytes=4)
    store.put("v/source.mp4", b"0123456789")
    return StoredObject(store, "v/source.mp4", 10)


async def answered(file: StoredObject, headers: dict[str, str]) -> httpx.Response:
    transport = httpx.ASGITransport(ranged(file, missing=MISSING, media_type="video/mp4"))
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as http:
        return await http.get("/file", headers=headers)

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from onwatch_catalog.errors import FileMissing
from onwatch_catalog.file_response import RangedFile

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

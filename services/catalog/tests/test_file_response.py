from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from onwatch_catalog.file_response import RangedFile


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
    transport = httpx.ASGITransport(RangedFile(path))
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as http:
        answer = await http.request(method, "/file", headers={} if given is None else {"range": given})

    assert answer.status_code == status
    if status == 416:
        assert answer.headers["content-range"] == "bytes */10"
        assert answer.headers["content-type"] == "application/problem+json"

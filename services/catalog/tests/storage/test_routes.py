"""The quota, over the built service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

TUS = {"tus-resumable": "1.0.0"}
BOUNDARY = {"content-type": "multipart/form-data; boundary=b"}


@pytest.fixture
def size_bytes(clip: Path) -> int:
    return clip.stat().st_size


async def usage(stage: Any) -> tuple[int, int | None]:
    answer = (await stage.http.get("/api/storage")).json()
    return answer["used_bytes"], answer["limit_bytes"]


def is_refused(answer: Any) -> bool:
    return (answer.status_code, answer.json()["code"]) == (507, "storage_quota_exceeded")


async def test_an_upload_beyond_the_quota_leaves_nothing(staging: Any, clip: Path, size_bytes: int) -> None:
    async with staging(storage_quota_bytes=2 * size_bytes - 1) as stage:
        video_id = await stage.add(clip)
        before = stage.media_content()
        assert await usage(stage) == (size_bytes, 2 * size_bytes - 1)

        answer = await stage.upload(clip)
        assert is_refused(answer)
        assert "Delete videos" in answer.json()["detail"]
        assert stage.media_content() == before
        assert await usage(stage) == (size_bytes, 2 * size_bytes - 1)

        await stage.http.delete(f"/api/videos/{video_id}")
        assert (await stage.upload(clip)).status_code == 201


async def test_a_body_of_unknown_length_is_refused_while_it_arrives(staging: Any) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        for _ in range(10):
            yield b"x" * 100
        yield b"\r\n--b--\r\n"

    async with staging(storage_quota_bytes=500) as stage:
        assert is_refused(await stage.http.post("/api/videos", content=body(), headers=BOUNDARY))
        assert stage.media_content() == []
        assert await usage(stage) == (0, 500)


async def test_a_resumable_upload_takes_its_whole_length_from_the_beginning(staging: Any) -> None:
    async with staging(storage_quota_bytes=1000) as stage:
        first = await stage.http.post("/api/uploads", headers=TUS | {"upload-length": "700"})
        assert first.status_code == 201
        assert await usage(stage) == (700, 1000)
        assert is_refused(await stage.http.post("/api/uploads", headers=TUS | {"upload-length": "301"}))
        assert await usage(stage) == (700, 1000)
    async with staging(storage_quota_bytes=1000) as stage:  # a new start knows it, too
        assert is_refused(await stage.http.post("/api/uploads", headers=TUS | {"upload-length": "301"}))
        await stage.http.delete(first.headers["location"], headers=TUS)
        assert (await stage.http.post("/api/uploads", headers=TUS | {"upload-length": "301"})).status_code == 201


async def test_parallel_uploads_cannot_pass_the_quota_together(staging: Any, clip: Path, size_bytes: int) -> None:
    async with staging(storage_quota_bytes=2 * size_bytes) as stage:
        answers = await asyncio.gather(*(stage.upload(clip) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 201, 507, 507]
        assert await usage(stage) == (2 * size_bytes, 2 * size_bytes)


async def test_a_join_needs_room_for_what_it_writes(staging: Any, clip: Path, size_bytes: int) -> None:
    async with staging(storage_quota_bytes=3 * size_bytes) as stage:
        ids = [await stage.add(clip) for _ in range(2)]
        assert is_refused(await stage.http.post("/api/joins", json={"video_ids": ids}))
        assert await usage(stage) == (2 * size_bytes, 3 * size_bytes)


async def test_without_a_quota_the_disk_is_the_limit(stage: Any, clip: Path, size_bytes: int) -> None:
    await stage.add(clip)
    assert await usage(stage) == (size_bytes, None)

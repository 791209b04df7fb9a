"""Resumable uploads, over the built service."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from onwatch_contracts.messages import VideoCreatedV1

TUS = {"tus-resumable": "1.0.0"}
PART = TUS | {"content-type": "application/offset+octet-stream"}
PATIENCE_S = 60.0


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def metadata(**fields: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in fields.items())


async def create(stage: Any, size_bytes: int, **fields: str) -> str:
    headers = TUS | {"upload-length": str(size_bytes), "upload-metadata": metadata(**fields)}
    answer = await stage.http.post("/api/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


async def append(stage: Any, upload: str, offset: int, part: bytes | AsyncIterator[bytes]) -> Any:
    return await stage.http.patch(upload, headers=PART | {"upload-offset": str(offset)}, content=part)


async def offset_of(stage: Any, upload: str) -> int:
    answer = await stage.http.head(upload, headers=TUS)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return int(answer.headers["upload-offset"])


async def ended(stage: Any, upload: str) -> dict[str, Any]:
    """The upload when its file is checked."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found: dict[str, Any] = (await stage.http.get(upload)).json()
            if found["state"] != "checking":
                return found
            await asyncio.sleep(0.01)


async def test_a_file_in_two_parts_becomes_a_video_with_the_id_of_the_upload(stage: Any, clip: Path) -> None:
    content = content_of(clip)
    upload = await create(stage, len(content), filename="street.mp4", name="Main street")

    first = await append(stage, upload, 0, content[:700])
    assert (first.status_code, first.headers["upload-offset"], first.content) == (204, "700", b"")
    assert first.headers["upload-expires"] == "Fri, 02 Jan 2026 00:00:00 GMT"
    assert await offset_of(stage, upload) == 700
    assert (await stage.http.get(upload)).json()["state"] == "receiving"
    assert (await stage.http.get("/api/videos")).json()["items"] == []
    await append(stage, upload, 700, content[700:])

    found = await ended(stage, upload)
    assert (found["state"], found["received_bytes"], found["expires_at"]) == ("finished", len(content), None)
    assert await offset_of(stage, upload) == len(content)
    video = (await stage.http.get(f"/api/videos/{found['id']}")).json()
    assert (video["name"], video["size_bytes"], video["status"]) == ("Main street", len(content), "ready")
    assert content_of(stage.folder / "media" / video["file_path"]) == content
    assert isinstance(await stage.next_message(), VideoCreatedV1)


async def test_what_arrived_before_the_connection_was_lost_is_kept(stage: Any, clip: Path) -> None:
    content = content_of(clip)
    upload = await create(stage, len(content), filename="street.mp4")
    arrived = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield content[:500]
        yield b""
        arrived.set()
        await asyncio.Event().wait()

    lost = asyncio.create_task(append(stage, upload, 0, stalling()))
    await arrived.wait()
    assert await offset_of(stage, upload) == 500
    rest = await append(stage, upload, 500, content[500:])  # takes over, though the server knows of no loss

    assert rest.status_code == 204
    assert (await lost).json()["code"] == "upload_interrupted"
    assert (await ended(stage, upload))["state"] == "finished"


async def test_an_upload_outlives_the_service(staging: Any, clip: Path) -> None:
    content = content_of(clip)
    async with staging() as stage:
        upload = await create(stage, len(content), filename="street.mp4")
        await append(stage, upload, 0, content[:500])

    async with staging() as stage:
        assert await offset_of(stage, upload) == 500
        await append(stage, upload, 500, content[500:])
        assert (await ended(stage, upload))["name"] == "street.mp4"


async def test_a_complete_file_is_checked_by_the_next_start(staging: Any, clip: Path) -> None:
    content = content_of(clip)
    async with staging() as stage:
        upload = await create(stage, len(content), filename="street.mp4")
        folder = stage.folder / "media" / upload.rpartition("/")[2]
    (folder / "source.part").write_bytes(content)

    async with staging() as stage:
        assert isinstance(await stage.next_message(), VideoCreatedV1)
        assert (await ended(stage, upload))["state"] == "finished"


async def test_a_file_that_is_no_video_is_refused_with_the_reason_and_deleted(stage: Any) -> None:
    upload = await create(stage, 500, filename="letter.mp4")
    assert (await append(stage, upload, 0, b"x" * 500)).status_code == 204

    found = await ended(stage, upload)

    assert (found["state"], found["problem"]["code"]) == ("refused", "not_a_video")
    async with asyncio.timeout(PATIENCE_S):
        while stage.media_content():  # noqa: ASYNC110 a folder notifies nobody
            await asyncio.sleep(0.01)
    assert (await stage.http.delete(upload, headers=TUS)).status_code == 204
    assert (await stage.http.get(upload)).json()["code"] == "upload_not_found"


async def test_a_cancelled_upload_is_deleted(stage: Any) -> None:
    upload = await create(stage, 500, filename="a.mp4")
    await append(stage, upload, 0, b"x" * 100)

    assert (await stage.http.delete(upload, headers=TUS)).status_code == 204

    assert stage.media_content() == []
    for answer in (await stage.http.get(upload), await stage.http.delete(upload, headers=TUS)):
        assert (answer.status_code, answer.json()["code"]) == (404, "upload_not_found")


async def test_an_upload_without_a_further_byte_expires(staging: Any) -> None:
    async with staging(upload_expiry_h=1) as stage:
        old, young = await create(stage, 500, filename="a.mp4"), await create(stage, 500, filename="b.mp4")
        await stage.clock.advance(3000)
        await append(stage, young, 0, b"x")
        await stage.clock.advance(700)

        async with asyncio.timeout(PATIENCE_S):
            while (await stage.http.get(old)).status_code != 404:  # noqa: ASYNC110 the sweep notifies nobody
                await asyncio.sleep(0.01)
        assert await offset_of(stage, young) == 1
        assert [path.name for path in stage.media_content()] == [young.rpartition("/")[2], "source.part"]


async def test_the_file_of_an_upload_that_is_gone_is_begun_anew(staging: Any) -> None:
    async with staging() as stage:
        upload = await create(stage, 500, filename="a.mp4")
        (stage.folder / "media" / upload.rpartition("/")[2] / "source.part").unlink()

        assert (await append(stage, upload, 0, b"x")).json()["code"] == "upload_not_found"
        assert not list((stage.folder / "media").rglob("source.part")), "no file is made where there is none"

    async with staging() as stage:
        await stage.clock.advance(1)
        assert (await stage.http.get(upload)).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 412, "unsupported_tus_version"),
        (TUS, 400, "invalid_upload_request"),
        (TUS | {"upload-length": "1001"}, 413, "upload_too_large"),
        (TUS | {"upload-length": "0"}, 422, "empty_file"),
        (TUS | {"upload-length": "5", "upload-metadata": metadata(name=" ")}, 422, "invalid_name"),
        (TUS | {"upload-length": "5", "upload-metadata": metadata(recorded_fps="x")}, 422, "invalid_recorded_fps"),
        (TUS | {"upload-length": "5", "upload-metadata": "name ?"}, 400, "invalid_upload_request"),
    ],
)
async def test_an_upload_that_cannot_be_taken_is_not_begun(
    staging: Any, headers: dict[str, str], status: int, code: str
) -> None:
    async with staging(max_upload_bytes=1000) as stage:
        answer = await stage.http.post("/api/uploads", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert stage.media_content() == []


async def test_a_file_for_which_there_is_no_room_beside_the_others_is_not_begun(
    staging: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserved_bytes = 1024 * 1024
    monkeypatch.setattr("onwatch_catalog.media.files.free_bytes_of", lambda _: reserved_bytes + 1000)
    async with staging() as stage:
        upload = await create(stage, 900, filename="a.mp4")
        await append(stage, upload, 0, b"x" * 100)  # the free space of the test does not shrink

        answer = await stage.http.post("/api/uploads", headers=TUS | {"upload-length": "201"})
        assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
        assert "201 bytes, and 200 are free" in answer.json()["detail"]
        await create(stage, 200, filename="b.mp4")


async def test_a_part_that_does_not_fit_is_refused(stage: Any) -> None:
    upload = await create(stage, 500, filename="a.mp4")

    elsewhere = await append(stage, upload, 7, b"x")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "upload_offset_mismatch")
    longer = await append(stage, upload, 0, b"x" * 501)
    assert (longer.status_code, longer.json()["code"]) == (400, "invalid_upload_request")
    json = await stage.http.patch(upload, headers=TUS | {"upload-offset": "0"}, json={})
    assert (json.status_code, json.json()["code"]) == (415, "upload_media_type")
    nowhere = await append(stage, "/api/uploads/nobody", 0, b"x")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "upload_not_found")
    assert await offset_of(stage, upload) == 0


async def test_the_server_describes_what_it_speaks(staging: Any) -> None:
    async with staging(max_upload_bytes=1000) as stage:
        answer = await stage.http.options("/api/uploads")

        assert answer.status_code == 204
        assert answer.headers["tus-version"] == "1.0.0"
        assert answer.headers["tus-extension"] == "creation,expiration,termination"
        assert answer.headers["tus-max-size"] == "1000"

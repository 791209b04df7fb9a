"""The HTTP API of folders, over the built service."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

PATIENCE_S = 60.0


def content_of(path: Path) -> bytes:
    return path.read_bytes()


async def add(stage: Any, name: str) -> str:
    answer = await stage.http.post("/api/folders", json={"name": name})
    assert answer.status_code == 201, answer.text
    folder_id: str = answer.json()["id"]
    return folder_id


async def names(stage: Any, **query: Any) -> list[str]:
    return [video["name"] for video in (await stage.http.get("/api/videos", params=query)).json()["items"]]


async def test_a_folder_is_added_renamed_and_deleted(stage: Any) -> None:
    folder_id = await add(stage, "North")

    renamed = await stage.http.patch(f"/api/folders/{folder_id}", json={"name": "North bridge"})
    listed = await stage.http.get("/api/folders")

    created_at = stage.clock.now().isoformat().replace("+00:00", "Z")
    expected = {"id": folder_id, "name": "North bridge", "created_at": created_at, "videos_count": 0}
    assert (renamed.json(), listed.json()) == (expected, {"items": [expected]})
    assert (await stage.http.delete(f"/api/folders/{folder_id}")).status_code == 204
    assert (await stage.http.get("/api/folders")).json() == {"items": []}


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/api/folders", {"name": "NORTH"}, (409, "folder_name_taken")),
        ("POST", "/api/folders", {"name": " "}, (422, "invalid_name")),
        ("POST", "/api/folders", {}, (422, "invalid_request")),
        ("PATCH", "/api/folders/x", {"name": "x"}, (404, "folder_not_found")),
        ("DELETE", "/api/folders/a.b", None, (404, "folder_not_found")),
        ("PUT", "/api/folders/x/videos", {"video_ids": ["v"]}, (404, "folder_not_found")),
        ("PUT", "/api/folders/none/videos", {"video_ids": ["v"]}, (404, "video_not_found")),
        ("PUT", "/api/folders/none/videos", {"video_ids": []}, (422, "invalid_request")),
        ("PUT", "/api/videos/v/folder", {"folder_id": None}, (404, "video_not_found")),
        ("GET", "/api/videos?folder=x", None, (404, "folder_not_found")),
        ("GET", "/api/video-count?folder=x", None, (404, "folder_not_found")),
        ("POST", "/api/videos?folder=x", None, (404, "folder_not_found")),
    ],
)
async def test_refusals_name_what_was_wrong(
    stage: Any, method: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    await add(stage, "North")
    answer = await stage.http.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == expected


async def test_videos_are_uploaded_into_a_folder_listed_and_moved(stage: Any, clip: Path) -> None:
    north, south = await add(stage, "North"), await add(stage, "South")
    video_id = (
        await stage.http.post(
            "/api/videos", params={"folder": north}, files={"file": ("elm.mp4", content_of(clip), "video/mp4")}
        )
    ).json()["id"]
    await stage.add(clip, name="Harbour")

    assert (await names(stage, folder=north), await names(stage, folder="none")) == (["elm.mp4"], ["Harbour"])
    assert (await stage.http.get(f"/api/videos/{video_id}/folder")).json() == {"folder_id": north}
    neighbours = await stage.http.get(f"/api/videos/{video_id}/neighbours", params={"folder": north})
    assert neighbours.json() == {"before": [], "after": []}

    moved = await stage.http.put(f"/api/videos/{video_id}/folder", json={"folder_id": south})
    assert moved.json() == {"folder_id": south}
    assert (await names(stage, folder=north), await names(stage, folder=south)) == ([], ["elm.mp4"])
    assert (await stage.http.delete(f"/api/folders/{south}")).json()["code"] == "folder_not_empty"
    assert (await stage.http.put("/api/folders/none/videos", json={"video_ids": [video_id]})).status_code == 204
    assert len(await names(stage, folder="none")) == 2


async def test_a_deleted_video_frees_its_folder(stage: Any, clip: Path) -> None:
    north = await add(stage, "North")
    video_id = await stage.add(clip)
    await stage.http.put(f"/api/folders/{north}/videos", json={"video_ids": [video_id]})
    await stage.http.delete(f"/api/videos/{video_id}")

    assert (await stage.http.delete(f"/api/folders/{north}")).status_code == 204


async def resumable(stage: Any, folder_id: str, content: bytes) -> str:
    """The id of a complete upload."""
    tus = {"tus-resumable": "1.0.0"}
    length = {"upload-length": str(len(content))}
    created = await stage.http.post("/api/uploads", params={"folder": folder_id}, headers=tus | length)
    assert created.status_code == 201, created.text
    part = {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
    location = created.headers["location"]
    assert (await stage.http.patch(location, content=content, headers=tus | part)).status_code == 204
    async with asyncio.timeout(PATIENCE_S):
        while (await stage.http.get(location)).json()["state"] in ("receiving", "checking"):  # noqa: ASYNC110 no event
            await asyncio.sleep(0.01)  # the check runs in a thread
    return str(location.rpartition("/")[2])


async def folders_of(stage: Any, *video_ids: str) -> Any:
    return (await stage.http.post("/internal/folders", json={"video_ids": video_ids})).json()["folder_ids"]


async def test_a_resumable_upload_becomes_a_video_in_its_folder(stage: Any, clip: Path) -> None:
    north = await add(stage, "North")

    video_id = await resumable(stage, north, content_of(clip))

    assert len(await names(stage, folder=north)) == 1
    assert await folders_of(stage, video_id, "x") == {video_id: north}


async def test_the_folder_of_a_refused_upload_is_known_to_those_who_ask_why(stage: Any) -> None:
    north = await add(stage, "North")

    upload_id = await resumable(stage, north, b"no video")

    assert (await stage.http.get(f"/api/uploads/{upload_id}")).json()["state"] == "refused"
    assert await folders_of(stage, upload_id) == {upload_id: north}
    assert (await stage.http.delete(f"/api/folders/{north}")).status_code == 204


async def test_a_resumable_upload_into_a_folder_that_does_not_exist_is_refused(stage: Any) -> None:
    headers = {"tus-resumable": "1.0.0", "upload-length": "5"}
    refused = await stage.http.post("/api/uploads", params={"folder": "x"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (404, "folder_not_found")
    assert stage.media_content() == []

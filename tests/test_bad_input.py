"""Bad input: a clear error, nothing partial is kept, and the service keeps working."""

from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_contracts.http import PROBLEM_MEDIA_TYPE
from onwatch_testkit.system import RecordingViewer, Site
from onwatch_testkit.websocket import connect


def cut(clip: Path, share: float) -> bytes:
    content = clip.read_bytes()
    return content[: int(len(content) * share)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("notes.mp4", b"only a text, whatever its name says\n" * 50, "not_a_video"),
        ("empty.mp4", b"", "empty_file"),
    ],
)
async def test_a_file_that_is_not_a_video_is_refused_and_not_kept(
    site: Site, clip: Path, name: str, content: bytes, code: str
) -> None:
    refused = await site.http.post("/api/videos", files={"file": (name, content, "video/mp4")})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == PROBLEM_MEDIA_TYPE
    assert refused.json()["code"] == code
    assert (await site.get("/api/videos"))["items"] == []
    assert not [path for path in (site.data_dir / "media").rglob("*") if path.is_file()]
    assert await site.upload(clip), "the service still accepts uploads"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
async def test_a_truncated_video_is_refused_and_not_kept(site: Site, clip: Path, share: float) -> None:
    refused = await site.http.post("/api/videos", files={"file": ("cut.mp4", cut(clip, share), "video/mp4")})
    assert refused.status_code == 422
    assert refused.json()["code"] == "truncated_video"
    assert not [path for path in (site.data_dir / "media").rglob("*") if path.is_file()]


async def test_a_polygon_that_crosses_itself_is_refused_and_the_old_one_stays(site: Site, clip: Path) -> None:
    video_id = await site.upload(clip)
    before = (await site.get(f"/api/videos/{video_id}"))["roi"]
    crossed = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
    refused = await site.http.patch(f"/api/videos/{video_id}", json={"roi": crossed})
    assert refused.status_code == 422
    assert "crosses" in refused.json()["detail"]
    assert (await site.get(f"/api/videos/{video_id}"))["roi"] == before


async def test_malformed_and_unknown_messages_are_answered_on_an_open_connection(site: Site, clip: Path) -> None:
    video_id = await site.upload(clip)
    async with connect(site.onwatch.app, "/ws") as viewer:
        watcher = RecordingViewer(viewer)
        for message in ("{", "[]", '{"type": "dance"}', '{"type": "subscribe"}', b"\x00\x01"):
            await viewer.send(message)
        await watcher.send("start", video_id)
        await watcher.send("subscribe", "no-such-video")
        await site.until(lambda: len(watcher.of("error")) == 7, "seven errors")
        codes = [error["code"] for error in watcher.of("error")]
        assert codes[-2:] == ["not_subscribed", "video_not_found"]
        assert set(codes[:5]) <= {"malformed", "unknown_type"}
        assert all(error["message"] for error in watcher.of("error"))
        await watcher.send("subscribe", video_id)
        await site.until(lambda: bool(watcher.of("subscribed")), "the connection to stay usable")


async def test_a_failing_model_is_reported_to_the_viewer_and_the_next_start_tries_again(site: Site, clip: Path) -> None:
    video_id = await site.upload(clip)
    video = await site.get(f"/api/videos/{video_id}")
    file = site.data_dir / "media" / video["file_path"]
    hidden = file.with_suffix(".hidden")
    file.rename(hidden)
    async with connect(site.onwatch.app, "/ws") as viewer:
        watcher = RecordingViewer(viewer)
        await watcher.send("subscribe", video_id)
        await watcher.send("start", video_id)
        await site.until(lambda: "failed" in watcher.states(), "the failure")
        reason = next(text["reason"] for text in watcher.of("state") if text["state"] == "failed")
        assert file.name in reason
        await site.until_status(video_id, "failed")
        hidden.rename(file)
        await watcher.send("start", video_id)
        await site.until(lambda: "finished" in watcher.states(), "the end, once the file is back")

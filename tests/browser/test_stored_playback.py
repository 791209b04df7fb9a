"""The recording in a real Chromium that gets it from the object store, by presigned URLs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.server import PATIENCE_S, System, running
from playwright.async_api import Page, expect

from onwatch.configuration import configure
from onwatch_testkit.servers import SeaweedServer

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory, seaweed_server: SeaweedServer) -> AsyncIterator[System]:
    timeouts = ("ONWATCH_GATEWAY_LOOKUP_TIMEOUT_S", "ONWATCH_GATEWAY_SEND_TIMEOUT_S")
    environ = {
        "ONWATCH_AUTH": "off",
        "ONWATCH_MEDIA_URL": "s3://played",
        "ONWATCH_MEDIA_PUBLIC_URL": seaweed_server.url,
        **dict.fromkeys(timeouts, str(PATIENCE_S)),
    }
    seaweed_server.make_bucket("played")
    with pytest.MonkeyPatch.context() as patched:
        for name, value in seaweed_server.environment_for().items():
            patched.setenv(name, value)
        async with running(configure(tmp_path_factory.mktemp("data"), environ=environ)) as system:
            yield system


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def video_id(system: System, clips: Clips) -> AsyncIterator[str]:
    async with system.video(clips.three_seconds, "Stored") as video_id:
        yield video_id


async def test_the_browser_plays_from_the_store(page: Page, video_id: str, seaweed_server: SeaweedServer):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"/videos/{video_id}?t=1.5")
    playback = page.get_by_test_id("playback")
    await expect(playback).to_have_attribute("data-time", re.compile(r"^1\.(48|50)"))
    await page.get_by_test_id("playback-timeline").press("Home")
    await expect(playback).to_have_attribute("data-time", "0.000")
    await expect(playback).to_have_attribute("data-mode", "video")
    assert [url for url in asked if url.startswith(f"{seaweed_server.url}/played/{video_id}/source.mp4?")]

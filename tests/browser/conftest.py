"""Fixtures of the browser tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import WALLS, Clips, write_wall_clip
from browser.page_actions import HISTORY
from browser.server import PATIENCE_S, System, running
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from onwatch.configuration import configure
from onwatch_testkit.sample_videos import write_video
from onwatch_testkit.system import write_clip

WINDOW: ViewportSize = {"width": 1280, "height": 900}


# Written by the browser itself for each answer that is an error, and without a server: some tests are about these.
OF_THE_NETWORK = ("Failed to load resource", "WebSocket connection to")


def is_error(said: ConsoleMessage) -> bool:
    return said.type == "error" and not said.text.startswith(OF_THE_NETWORK)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    folder = tmp_path_factory.mktemp("browser")
    raw = write_video(folder / "recorder.mjpeg", seconds=6, codec="mjpeg", size=(320, 240))
    clips = Clips(folder / "three.mp4", {colour: folder / f"{colour}.mp4" for colour in WALLS}, raw)
    write_clip(clips.three_seconds)
    for colour, path in clips.walls.items():
        write_wall_clip(path, WALLS[colour])
    return clips


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    # All services share one process, which a busy machine may keep from answering for longer than the default.
    timeouts = ("ONWATCH_GATEWAY_LOOKUP_TIMEOUT_S", "ONWATCH_GATEWAY_SEND_TIMEOUT_S")
    environ = {"ONWATCH_AUTH": "off", **dict.fromkeys(timeouts, str(PATIENCE_S))}
    async with running(configure(tmp_path_factory.mktemp("data"), environ=environ)) as system:
        yield system


@pytest_asyncio.fixture(loop_scope="module")
async def context(chromium: Browser, system: System) -> AsyncIterator[BrowserContext]:
    await system.at_rest()
    async with await chromium.new_context(
        base_url=system.front_end.address, viewport={"width": 1280, "height": 900}
    ) as own:
        own.set_default_timeout(PATIENCE_S * 1000)
        await own.add_init_script(HISTORY)
        yield own


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A new page; the test fails if it raises an error, or writes one to its console."""
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if is_error(said) else None)
    yield page
    assert errors == []

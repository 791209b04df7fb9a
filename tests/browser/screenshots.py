"""Takes pictures of the main pages in both themes: `make screenshots`. The sample clip is counted by the demo model."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from browser.inspection import THEMES, WIDTHS
from browser.page_actions import build_parts
from browser.server import FrontEnd
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from onwatch.all_in_one import build
from onwatch.configuration import configure
from onwatch.sample import add_sample
from onwatch_testkit.fixtures import CHROMIUM_FLAGS

PATIENCE_S = 120.0
SITE = {
    "zones": {"name": "Right lane", "polygon": [[0.55, 0.4], [0.68, 0.4], [0.9, 0.9], [0.6, 0.9]]},
    "gates": {"name": "Stop line", "points": [[0.15, 0.7], [0.9, 0.7]], "forward_name": "into town"},
}


async def count_sample(http: httpx.AsyncClient) -> str:
    """Add the sample clip with a zone and a gate, and wait for its results."""
    await add_sample(http)
    video_id = str((await http.get("/api/videos")).json()["items"][0]["id"])
    for kind, item in SITE.items():
        (await http.post(f"/api/videos/{video_id}/{kind}", json=item)).raise_for_status()
    (await http.post(f"/api/videos/{video_id}/analysis")).raise_for_status()
    async with asyncio.timeout(PATIENCE_S):
        while (await http.get(f"/api/videos/{video_id}/results")).json()["counted_with"] is None:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.2)
    return video_id


async def take(page: Page, video_id: str, folder: Path, suffix: str) -> None:
    """One picture of each page, in the window and theme of the page object."""
    await page.goto("/")
    await expect(page.get_by_test_id("card-numbers")).to_be_visible()
    await page.screenshot(path=folder / f"list-{suffix}.png")
    await page.goto(f"/videos/{video_id}")
    await build_parts(page)
    await expect(page.get_by_test_id("counts-total")).to_be_visible()
    await page.screenshot(path=folder / f"video-{suffix}.png")
    await page.get_by_test_id("edit-places").click()
    await page.get_by_test_id("edit-scale").click()
    await page.screenshot(path=folder / f"editor-{suffix}.png")
    await page.goto(f"/wall?videos={video_id}")
    await expect(page.get_by_test_id("tile-numbers")).to_be_visible()
    await page.screenshot(path=folder / f"wall-{suffix}.png")


async def take_all(browser: Browser, address: str, video_id: str, folder: Path) -> None:
    for name, (width, height) in WIDTHS.items():
        for theme in THEMES:
            size = ViewportSize(width=width, height=height)
            async with await browser.new_context(base_url=address, viewport=size, color_scheme=theme) as context:
                await take(await context.new_page(), video_id, folder, f"{name}-{theme}")


@asynccontextmanager
async def opened(environ: Mapping[str, str]) -> AsyncIterator[tuple[Browser, str, httpx.AsyncClient]]:
    """A browser, and an empty system with the demo model: its address, and a client of it."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory()))
        onwatch = build(configure(data, environ={**environ, "ONWATCH_DETECTOR_DOWNLOAD": "false"}))
        await stack.enter_async_context(onwatch.running())
        front_end = FrontEnd(onwatch)
        await front_end.open()
        stack.push_async_callback(front_end.close)
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=front_end.address, timeout=PATIENCE_S))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        stack.push_async_callback(browser.close)
        yield browser, front_end.address, http


async def main(folder: Path) -> None:
    async with opened({"ONWATCH_AUTH": "off"}) as (browser, address, http):
        await take_all(browser, address, await count_sample(http), folder)


if __name__ == "__main__":
    pictures = Path(sys.argv[1])
    pictures.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(pictures))
    sys.stdout.write(f"Pictures are in {pictures}.\n")

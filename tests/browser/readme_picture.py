"""Takes the pictures of README and site: `make readme-picture`.

A moment of the counted sample clip, and some seconds in which it is counted again, in both themes.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from browser.inspection import THEMES
from browser.screenshots import count_sample, opened
from playwright.async_api import BrowserContext, ViewportSize, expect

SIZE = ViewportSize(width=1280, height=860)
MOMENT_S = 5.2  # vehicles of several types in the region
QUALITY = 82  # of WebP: some 100 kB a picture

FILM_WIDTH_PX = 800
FILM_S = 8.0
FILM_INTERVAL_S = 0.2
FILM_QUALITY = 45  # some 10 kB a frame


async def take(context: BrowserContext, video_id: str) -> bytes:
    """A PNG of the page of the video at the moment."""
    page = await context.new_page()
    await page.goto(f"/videos/{video_id}?t={MOMENT_S}")
    await expect(page.get_by_test_id("logged-boxes")).to_be_visible()
    await expect(page.get_by_test_id("counts-total")).to_be_attached()
    await page.wait_for_timeout(2000)  # what is below the picture is built when the browser has nothing else to do
    return await page.screenshot()


def write_webp(file: Path, png: bytes) -> None:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    cv2.imwrite(str(file), picture, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])


async def film(context: BrowserContext, video_id: str) -> cv2.Animation:
    """The page while the video is counted anew, in pictures that are shown for as long as the page was so."""
    page = await context.new_page()
    await page.goto(f"/videos/{video_id}")
    await expect(page.get_by_test_id("counts-total")).to_be_attached()
    await page.get_by_test_id("start-stream").click()
    await expect(page.get_by_test_id("picture").locator("canvas").first).to_have_attribute("data-showing", "stream")
    began_s = time.monotonic()
    taken_s, frames = [0.0], []
    while taken_s[-1] < FILM_S:
        frames.append(_shrunk(await page.screenshot()))
        await page.wait_for_timeout(max(0.0, taken_s[-1] + FILM_INTERVAL_S - (time.monotonic() - began_s)) * 1000)
        taken_s.append(time.monotonic() - began_s)
    animation = cv2.Animation()
    animation.frames = frames
    animation.durations = [round((end_s - start_s) * 1000) for start_s, end_s in pairwise(taken_s)]
    return animation


def _shrunk(png: bytes) -> cv2.typing.MatLike:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    height, width = picture.shape[:2]
    size = (FILM_WIDTH_PX, round(height * FILM_WIDTH_PX / width))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


async def main(folder: Path) -> None:
    login = {"name": "admin", "password": secrets.token_urlsafe()}
    async with opened({"ONWATCH_CATALOG_ADMIN_PASSWORD": login["password"]}) as (browser, address, http):
        (await http.post("/api/session", json=login)).raise_for_status()
        video_id = await count_sample(http)
        for theme in THEMES:
            async with await browser.new_context(base_url=address, viewport=SIZE, color_scheme=theme) as context:
                await context.request.post("/api/session", data=login)
                write_webp(folder / f"video-{theme}.webp", await take(context, video_id))
                quality = [cv2.IMWRITE_WEBP_QUALITY, FILM_QUALITY]
                cv2.imwriteanimation(str(folder / f"live-{theme}.webp"), await film(context, video_id), quality)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

"""Takes the pictures of README and site: `make readme-picture`. A moment of the counted sample clip, in both themes."""

from __future__ import annotations

import asyncio
import secrets
import sys
from pathlib import Path

import cv2
import numpy as np
from browser.inspection import THEMES
from browser.screenshots import count_sample, opened
from playwright.async_api import BrowserContext, ViewportSize, expect

SIZE = ViewportSize(width=1280, height=860)
MOMENT_S = 5.2  # vehicles of several types in the region
QUALITY = 82  # of WebP: some 100 kB a picture


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


async def main(folder: Path) -> None:
    login = {"name": "admin", "password": secrets.token_urlsafe()}
    async with opened({"ONWATCH_CATALOG_ADMIN_PASSWORD": login["password"]}) as (browser, address, http):
        (await http.post("/api/session", json=login)).raise_for_status()
        video_id = await count_sample(http)
        for theme in THEMES:
            async with await browser.new_context(base_url=address, viewport=SIZE, color_scheme=theme) as context:
                await context.request.post("/api/session", data=login)
                write_webp(folder / f"video-{theme}.webp", await take(context, video_id))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

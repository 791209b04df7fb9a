"""Takes the pictures of README and site: `make readme-picture`.

The counted sample clip, as a still of one moment and as some animated seconds, in both themes.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import sys
from pathlib import Path

import cv2
import numpy as np
from browser.inspection import THEMES
from browser.page_actions import build_parts
from browser.screenshots import count_sample, opened
from playwright.async_api import Page, ViewportSize, expect

SIZE = ViewportSize(width=1280, height=860)
MOMENT_S = 5.2  # vehicles of several types in the region
QUALITY = 82  # of WebP: some 100 kB a picture

FILM_WIDTH_PX = 800
FILM_S = 6.0
FILM_INTERVAL_S = 0.2
FILM_QUALITY = 45  # some 10 kB a frame
SEEK = """
(recording, timeS) => new Promise((seeked) => {
  recording.addEventListener('seeked', seeked, { once: true });
  recording.currentTime = timeS + 0.001;
})
"""


async def show(page: Page, video_id: str) -> None:
    """The page of the video, at the moment."""
    await page.goto(f"/videos/{video_id}?t={MOMENT_S}")
    await expect(page.get_by_test_id("logged-boxes")).to_be_visible()
    await build_parts(page)
    await expect(page.get_by_test_id("counts-total")).to_be_attached()


def write_webp(file: Path, png: bytes) -> None:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    cv2.imwrite(str(file), picture, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])


async def film(page: Page) -> cv2.Animation:
    """Some seconds of the recording. Each picture is waited for, so that a slow machine films them as well."""
    recording, playback = page.get_by_test_id("recording"), page.get_by_test_id("playback")
    frames = []
    for number in range(round(FILM_S / FILM_INTERVAL_S)):
        time_s = MOMENT_S + number * FILM_INTERVAL_S
        await recording.evaluate(SEEK, time_s)
        await expect(playback).to_have_attribute("data-time", re.compile(rf"^{int(time_s * 10) / 10}"))
        await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        frames.append(_shrunk(await page.screenshot()))
    animation = cv2.Animation()
    animation.frames, animation.durations = frames, [round(FILM_INTERVAL_S * 1000)] * len(frames)
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
                page = await context.new_page()
                await show(page, video_id)
                write_webp(folder / f"video-{theme}.webp", await page.screenshot())
                quality = [cv2.IMWRITE_WEBP_QUALITY, FILM_QUALITY]
                cv2.imwriteanimation(str(folder / f"recording-{theme}.webp"), await film(page), quality)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

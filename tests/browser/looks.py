"""How a page looks: a small picture of it, compared with a stored one.

Small, so that a stored picture takes a few kilobytes, and how an edge is smoothed does not matter. What does: where
things are, how large, and in which colour.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from browser.inspection import SETTLING_FRAMES
from playwright.async_api import Page, Route

Picture = npt.NDArray[np.uint8]
"""Shape (height, `WIDTH_PX`, 3), BGR."""

WIDTH_PX = 240
BLOCK_PX = 8
MOST_DIFFERENCE = 4.0
"""Of 255, of the mean colour of a block."""
LOSSLESS = 101
"""Quality of WebP: lossy, it smears the colour of thin lines over the block."""

TEXT_WIDTH = """
() => {
  const context = document.createElement('canvas').getContext('2d');
  context.font = `100px ${getComputedStyle(document.body).fontFamily}`;
  return Math.round(context.measureText('Onwatch counts 1,234 vehicles').width);
}
"""

SEEN_IMAGES = """
() => Promise.all([...document.images]
  .filter((image) => image.checkVisibility() && image.getBoundingClientRect().top < innerHeight)
  .map((image) => image.decode().catch(() => 0)))
"""
"""Waits until they can be drawn."""

TIME = re.compile(rb'"\d{4}-\d\d-\d\dT[^"]*"')
TODAY = "2026-06-01T07:00:00Z"


class Looks:
    """Compares pages with the pictures in a folder; `ONWATCH_REGENERATE_GOLDEN=1` rewrites these."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._regenerates = os.environ.get("ONWATCH_REGENERATE_GOLDEN") == "1"

    @asynccontextmanager
    async def stopped_time(self, page: Page) -> AsyncIterator[None]:
        """Give the answers of the API and the clock of the page one time: texts of other times have other lengths."""

        async def answer(route: Route) -> None:
            fetched = await route.fetch()
            body = await fetched.body()
            is_json = "json" in fetched.headers.get("content-type", "")
            await route.fulfill(response=fetched, body=TIME.sub(f'"{TODAY}"'.encode(), body) if is_json else body)

        await page.clock.set_fixed_time(TODAY)
        await page.route(re.compile("/api/"), answer)
        try:
            yield
        finally:
            await page.unroute_all(behavior="ignoreErrors")  # an answer may be awaited still

    async def require_fonts(self, page: Page) -> None:
        """Skip the test on a machine with other fonts, where every text has another length."""
        found, file = str(await page.evaluate(TEXT_WIDTH)), self._folder / "text-width.txt"
        if self._regenerates:
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"{found}\n", encoding="utf-8")
        if (stored := file.read_text(encoding="utf-8").strip()) != found:
            pytest.skip(f"other fonts than those of the stored pictures: a text is {found} px wide instead of {stored}")

    async def faults(self, page: Page, name: str) -> list[str]:
        """A line if the page looks otherwise than the stored picture, which is named."""
        found, file = await look_of(page), self._folder / f"{name}.webp"
        if self._regenerates:
            cv2.imwrite(str(file), found, [cv2.IMWRITE_WEBP_QUALITY, LOSSLESS])
        stored = cv2.imread(str(file))
        if stored is None:
            return [f"{file} does not exist; ONWATCH_REGENERATE_GOLDEN=1 writes it"]
        difference = most_different_block(found, np.asarray(stored, np.uint8))
        if difference <= MOST_DIFFERENCE:
            return []
        return [f"{name} differs from {file} by {difference:.0f} of 255; if that is intended, regenerate it"]


async def look_of(page: Page) -> Picture:
    """The window, shrunk, as soon as two pictures in a row are alike."""
    before = await _picture(page)
    for _ in range(SETTLING_FRAMES):
        now = await _picture(page)
        if most_different_block(before, now) < 1:
            return now
        before = now
    raise AssertionError(f"the page never rests: {page.url}")


def most_different_block(one: Picture, other: Picture) -> float:
    """How far the mean colours of a block are apart, where that is most: 0 to 255. 255 for different sizes."""
    if one.shape != other.shape:
        return 255.0
    blurred = [cv2.blur(picture.astype(np.float32), (BLOCK_PX, BLOCK_PX)) for picture in (one, other)]
    return float(np.abs(blurred[0] - blurred[1]).max())


async def _picture(page: Page) -> Picture:
    await page.evaluate(SEEN_IMAGES)
    png = await page.screenshot(animations="disabled", caret="hide", scale="css")
    full: Any = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    height, width = full.shape[:2]
    shrunk = cv2.resize(full, (WIDTH_PX, round(height * WIDTH_PX / width)), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, np.uint8)

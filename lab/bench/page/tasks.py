"""Tasks of the main thread of a page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from bench.page.watching import Watching

LONG_MS = 50.0  # from here on a person notices that the page does not answer
CATEGORIES = ["disabled-by-default-devtools.timeline"]
TASK, NAME, MAIN = "RunTask", "thread_name", "CrRendererMain"


@dataclass(frozen=True)
class Tasks:
    """What the main thread did, and how many pictures it drew meanwhile."""

    seconds: float
    pictures: int
    cpu_ms: Sequence[float]
    """CPU time of each task: of a busy machine the same as of a quiet one, unlike the time by the clock."""
    wall_ms: Sequence[float]

    @property
    def pictures_per_second(self) -> float:
        return self.pictures / self.seconds

    @property
    def busy_share(self) -> float:
        """Part of a processor that the main thread takes."""
        return sum(self.cpu_ms) / 1000 / self.seconds


async def tasks_of(watching: Watching, seconds: float) -> Tasks:
    """Trace the page for some seconds. `SystemExit` if it draws no picture meanwhile: the stream is over."""
    async with watching.driven() as (browser, page):
        before = await pictures_drawn(page)
        await browser.start_tracing(page=page, categories=CATEGORIES)
        await asyncio.sleep(seconds)
        pictures = await pictures_drawn(page) - before
        if not pictures:
            raise SystemExit(
                "the page has drawn no picture: the video is too short for this machine, or its stream has failed"
            )
        events = main_thread_tasks(json.loads(await browser.stop_tracing())["traceEvents"])
    cpu_ms = [float(event["tdur"]) / 1000 for event in events]
    return Tasks(seconds, pictures, cpu_ms, [float(event["dur"]) / 1000 for event in events])


def main_thread_tasks(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Complete tasks, with their CPU time, of main threads of pages."""
    mains = {
        (event["pid"], event["tid"]) for event in events if event["name"] == NAME and event["args"]["name"] == MAIN
    }
    return [
        event for event in events if event["name"] == TASK and "tdur" in event and (event["pid"], event["tid"]) in mains
    ]


async def pictures_drawn(page: Page) -> int:
    return int(await page.get_by_test_id("player-canvas").get_attribute("data-frames-drawn") or 0)

"""What a page keeps in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

from playwright.async_api import Browser, CDPSession, Page

MIB = 2**20
EVERY_S = 15.0


@dataclass(frozen=True)
class Sample:
    """After a garbage collection, so that it is what is kept and not what is left lying about."""

    at_s: float
    heap_mib: float
    elements: float
    listeners: float
    process_mib: float
    """All processes of the browser: decoded pictures are not in the heap of the page."""


@dataclass(frozen=True)
class Growth:
    """Of the straight line through the samples."""

    begins_with: float
    per_half_hour: float


async def samples_of(browser: Browser, page: Page, seconds: float) -> list[Sample]:
    session = await page.context.new_cdp_session(page)
    system = await browser.new_browser_cdp_session()
    await session.send("Performance.enable")
    began_s = time.monotonic()
    samples = [await _sample(session, system, began_s)]
    while samples[-1].at_s + EVERY_S <= seconds:
        await asyncio.sleep(EVERY_S)
        samples.append(await _sample(session, system, began_s))
    return samples


def growth(samples: Sequence[Sample], name: str) -> Growth:
    """Of one value of the samples. `StatisticsError` for fewer than two."""
    slope, start = linear_regression([one.at_s for one in samples], [getattr(one, name) for one in samples])
    return Growth(start, slope * 1800)


async def _sample(page: CDPSession, system: CDPSession, began_s: float) -> Sample:
    await page.send("HeapProfiler.collectGarbage")
    answer = await page.send("Performance.getMetrics")
    values = {metric["name"]: metric["value"] for metric in answer["metrics"]}
    processes = (await system.send("SystemInfo.getProcessInfo"))["processInfo"]
    return Sample(
        time.monotonic() - began_s,
        values["JSHeapUsedSize"] / MIB,
        values["Nodes"],
        values["JSEventListeners"],
        sum(_resident_kib(process["id"]) for process in processes) / 1024,
    )


def _resident_kib(pid: int) -> int:
    """Memory of a process, with its part of what it shares with others; Linux only."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise ValueError(f"process {pid} tells no Pss")

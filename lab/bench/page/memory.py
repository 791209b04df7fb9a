"""What a page keeps in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

from bench.page.inspector import Inspector, inspected
from bench.page.watching import Watching

MIB = 2**20
EVERY_S = 15.0


@dataclass(frozen=True)
class Sample:
    """After a garbage collection, so that it is what is kept and not what is left lying about."""

    at_s: float
    heap_mib: float
    elements: float
    listeners: float
    private_mib: float
    """Of all processes of the browser: what is not in the heap of the page, too."""
    shared_mib: float
    """Of all processes of the browser: decoded pictures. Program files do not count, as other browsers share them."""


@dataclass(frozen=True)
class Growth:
    """Of the straight line through the samples."""

    begins_with: float
    per_half_hour: float


async def samples_of(watching: Watching, seconds: float) -> list[Sample]:
    async with inspected(watching.endpoint) as chromium:
        page = await chromium.attach(watching.address)
        await chromium.send("Performance.enable", page)
        began_s = time.monotonic()
        samples = [await _sample(chromium, page, began_s)]
        while samples[-1].at_s + EVERY_S <= seconds:
            await asyncio.sleep(EVERY_S)
            samples.append(await _sample(chromium, page, began_s))
        return samples


def growth(samples: Sequence[Sample], name: str) -> Growth:
    """Of one value of the samples. `StatisticsError` for fewer than two."""
    slope, start = linear_regression([one.at_s for one in samples], [getattr(one, name) for one in samples])
    return Growth(start, slope * 1800)


async def _sample(chromium: Inspector, page: str, began_s: float) -> Sample:
    await chromium.send("HeapProfiler.collectGarbage", page)
    metrics = (await chromium.send("Performance.getMetrics", page))["metrics"]
    values = {metric["name"]: metric["value"] for metric in metrics}
    processes = (await chromium.send("SystemInfo.getProcessInfo"))["processInfo"]
    private_kib, shared_kib = zip(*(own_kib(_rollup(process["id"])) for process in processes), strict=True)
    return Sample(
        time.monotonic() - began_s,
        values["JSHeapUsedSize"] / MIB,
        values["Nodes"],
        values["JSEventListeners"],
        sum(private_kib) / 1024,
        sum(shared_kib) / 1024,
    )


def _rollup(pid: int) -> str:
    return Path(f"/proc/{pid}/smaps_rollup").read_text()


def own_kib(rollup: str) -> tuple[int, int]:
    """Private memory of a process, and its part of what it shares, of memory that is in no file.

    From the text of `/proc/PID/smaps_rollup` of Linux; `ValueError` if it does not tell them.
    """
    values = dict(line.split(":", 1) for line in rollup.splitlines() if line.startswith("Pss_"))
    if missing := {"Pss_Anon", "Pss_Shmem"} - values.keys():
        raise ValueError(f"smaps_rollup tells no {' and no '.join(sorted(missing))}: a kernel before 5.3?")
    anonymous, shared = (int(values[name].split()[0]) for name in ("Pss_Anon", "Pss_Shmem"))
    return anonymous, shared

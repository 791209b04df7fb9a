"""One measurement in a process of its own: `python -m bench.long.stage NAME ARGUMENT...`; prints one line of JSON."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.long.recordings import RATE
from onwatch.all_in_one import Onwatch, build, client_of
from onwatch.configuration import configure
from onwatch_contracts.messages import Message, MetricsCommittedV1, RunFailedV1, RunStartedV1, VideoPersistedV1
from onwatch_detector.detect.motion import MotionSource
from onwatch_detector.read import SERVING, DecoderLimits, Position, SandboxedDecoder
from onwatch_media import Inspector, VideoFile
from onwatch_media.clock_file import kept_clock
from onwatch_media.clock_reading import read_clock
from onwatch_media.sandbox import ProcessStarter
from onwatch_runtime.bus import PrivateQueue
from onwatch_runtime.process import running
from onwatch_testkit.blob_engine import BlobEngine
from onwatch_testkit.system import ROI

EARLY, LATE = "from 5 to 10 %", "from 90 to 100 %"
PARTS = {EARLY: (0.05, 0.1), LATE: (0.9, 1.0)}
MAX_UPLOAD = {"ONWATCH_AUTH": "off", "ONWATCH_CATALOG_MAX_UPLOAD_BYTES": str(16 << 30)}
EVENTS = (RunStartedV1, MetricsCommittedV1, RunFailedV1, VideoPersistedV1)
Figures = dict[str, Any]


class Timer:
    """Wall time, and CPU time of this process and of those that it started and that ended."""

    def __init__(self) -> None:
        self._began_s, self._cpu_s = time.perf_counter(), _cpu_s()

    @property
    def figures(self) -> Figures:
        return {"seconds": time.perf_counter() - self._began_s, "cpu_s": _cpu_s() - self._cpu_s}


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


async def inspect(path: str) -> Figures:
    timer = Timer()
    found, _ = await Inspector().inspect(Path(path))
    return {**timer.figures, "duration_s": found.duration_s}


async def upload(data_dir: str, path: str) -> Figures:
    """Through the catalog's HTTP API."""
    onwatch = build(configure(Path(data_dir), environ=MAX_UPLOAD))
    async with running((onwatch.aggregator, onwatch.catalog)), client_of(onwatch.catalog.app) as catalog:
        timer = Timer()
        video = await _uploaded(catalog, Path(path))
        return {**timer.figures, "id": video["id"], "peak_mb": _peak_mb()}


async def start(data_dir: str, video_id: str) -> Figures:
    """From the request of an analysis to the first frame that is detected and counted, by motion."""
    async with _following(data_dir) as (_, catalog, events):
        await catalog.patch(f"/api/videos/{video_id}", json={"engine": "motion"})
        timer = Timer()
        await events.request(catalog, video_id)
        await events.until(RunStartedV1)
        figures = timer.figures
        await catalog.delete(f"/api/videos/{video_id}/analysis")
        return figures


async def resume(path: str, frame: str) -> Figures:
    """From opening the file to the first detection after a frame, as a run that continues there."""
    number, file = int(frame), Path(path)
    with VideoFile(file) as video:
        key, time_base = video.clock_key, video.time_base
    origin = (kept_clock(file, key) or read_clock(file, key)).origin  # not video.clock, which would stay in memory
    position = Position(number, origin, origin + round((number - 1) / RATE / time_base))  # what a checkpoint has
    processes = _running_processes(file)
    timer = Timer()
    decoder = SandboxedDecoder(processes, DecoderLimits(), file)
    source = MotionSource(decoder)
    reader = decoder.reader(position)
    found = reader.read()
    if found is None or abs(found.timestamp_s - number / RATE) > 1 / RATE / 2:
        raise SystemExit(f"frame {number} of {path} is at {found and found.timestamp_s}")
    source.detect(found)
    figures = timer.figures
    decoder.close()
    processes.close()
    return {**figures, "peak_mb": _peak_mb()}


def _running_processes(file: Path) -> ProcessStarter:
    """As a detector has them that has already started."""
    processes = ProcessStarter(SERVING)
    SandboxedDecoder(processes, DecoderLimits(), file).close()
    return processes


async def count(data_dir: str, path: str) -> Figures:
    """All vehicles of a drawn recording, through all services in this process; its peak memory early and late."""
    peaks_mb = dict.fromkeys(PARTS, 0.0)
    async with _following(data_dir, open_engine=BlobEngine) as (onwatch, catalog, events):
        video_id = (await _uploaded(catalog, Path(path)))["id"]
        await catalog.patch(f"/api/videos/{video_id}", json={"roi": ROI, "anchor": "center", "engine": "model"})
        timer = Timer()
        await events.request(catalog, video_id)

        async def note(message: Message) -> bool:
            if isinstance(message, MetricsCommittedV1):
                for part, (begin, end) in PARTS.items():
                    if begin <= message.coverage.fraction <= end:
                        peaks_mb[part] = max(peaks_mb[part], _resident_mb())
            return isinstance(message, VideoPersistedV1)

        await events.each(note)
        figures = timer.figures
        async with client_of(onwatch.aggregator.app) as aggregator:
            metrics = (await aggregator.get(f"/api/videos/{video_id}/metrics")).json()
    return {
        **figures,
        "vehicles": metrics["total_vehicles_count"],
        "coverage": metrics["coverage"]["fraction"],
        "early_mb": peaks_mb[EARLY],
        "late_mb": peaks_mb[LATE],
    }


class _Events:
    """What services publish about one video."""

    def __init__(self, onwatch: Onwatch) -> None:
        self._onwatch = onwatch
        self._received: asyncio.Queue[Message] = asyncio.Queue()
        self._consumer: Any = None

    async def request(self, catalog: httpx.AsyncClient, video_id: str) -> None:
        queue = PrivateQueue("bench", EVENTS, per_video=True)
        self._consumer = await self._onwatch.bus.subscribe(queue, self._received.put)
        await self._consumer.bind(video_id)
        await catalog.post(f"/api/videos/{video_id}/analysis")

    async def each(self, is_last: Callable[[Message], Awaitable[bool]]) -> None:
        while True:
            message = await self._received.get()
            if isinstance(message, RunFailedV1):
                raise SystemExit(message.reason)
            if await is_last(message):
                return

    async def until(self, kind: type[Message]) -> None:
        async def is_it(message: Message) -> bool:
            return isinstance(message, kind)

        await self.each(is_it)

    async def close(self) -> None:
        if self._consumer is not None:
            await self._consumer.close()


@asynccontextmanager
async def _following(data_dir: str, **ports: Any) -> AsyncIterator[tuple[Onwatch, httpx.AsyncClient, _Events]]:
    onwatch = build(configure(Path(data_dir), environ=MAX_UPLOAD), **ports)
    events = _Events(onwatch)
    async with running((onwatch.aggregator, onwatch.catalog, onwatch.detector)):
        async with client_of(onwatch.catalog.app) as catalog:
            yield onwatch, catalog, events
        await events.close()
        await onwatch.bus.settle()


async def _uploaded(catalog: httpx.AsyncClient, path: Path) -> dict[str, Any]:
    with path.open("rb") as content:
        answer = await catalog.post("/api/videos", files={"file": (path.name, content)}, timeout=None)
    video: dict[str, Any] = answer.raise_for_status().json()
    return video


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


STAGES: dict[str, Callable[..., Awaitable[Figures]]] = {
    each.__name__: each for each in (inspect, upload, start, resume, count)
}


async def _run(name: str, arguments: list[str]) -> Figures:
    return await STAGES[name](*arguments)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(sys.argv[1], sys.argv[2:]))))

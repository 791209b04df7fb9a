"""`onwatch analyze`: processes one file to its end with the real services, without a viewer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from onwatch.all_in_one import Onwatch, build, client_of
from onwatch.configuration import Configuration
from onwatch.roi import Points
from onwatch_contracts.http import PROBLEM_MEDIA_TYPE, VehicleList, VideoFileInfo, VideoMetrics
from onwatch_contracts.messages import (
    Message,
    MetricsCommittedV1,
    RunFailedV1,
    VideoPersistedV1,
)
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_runtime.bus import PrivateQueue
from onwatch_runtime.process import running


class AnalysisFailed(Exception):
    """The file could not be analysed; the message says why."""


@dataclass(frozen=True)
class Result:
    metrics: VideoMetrics
    vehicles: VehicleList
    notes: tuple[str, ...] = ()
    """What is odd about the file, and what was done about it."""


async def analyze(
    file: Path,
    configuration: Configuration,
    *,
    roi: Points | None,
    anchor: Anchor,
    engine: EngineChoice = EngineChoice.AUTO,
    recorded_fps: float | None = None,
    on_progress: Callable[[float], None],
) -> Result:
    """Upload the file, process it to the end through bus, Redis and SQL, and read the results back.

    `recorded_fps`: pictures per second of a file without timestamps. `on_progress` gets the analysed fraction of the
    video. Raises `AnalysisFailed` when the file is refused or the run
    fails.
    """
    onwatch = build(configuration)
    async with running((onwatch.aggregator, onwatch.catalog, onwatch.detector)):
        async with client_of(onwatch.catalog.app) as catalog, client_of(onwatch.aggregator.app) as aggregator:
            video_id = await _upload(catalog, file, recorded_fps)
            await _set_up(catalog, video_id, roi, anchor, engine)
            await _run_to_end(onwatch, catalog, video_id, on_progress)
            result = await _results(catalog, aggregator, video_id)
        await onwatch.bus.settle()
    await onwatch.bus.close()
    await onwatch.redis.aclose()
    return result


async def _upload(catalog: httpx.AsyncClient, file: Path, recorded_fps: float | None) -> str:
    fields = {"name": file.name} | ({} if recorded_fps is None else {"recorded_fps": str(recorded_fps)})
    with file.open("rb") as content:
        uploaded = await catalog.post(
            "/api/videos", files={"file": (file.name, content, "application/octet-stream")}, data=fields
        )
    return _checked(uploaded)["id"]


async def _set_up(
    catalog: httpx.AsyncClient, video_id: str, roi: Points | None, anchor: Anchor, engine: EngineChoice
) -> None:
    patch: dict[str, object] = {"anchor": anchor, "engine": engine}
    if roi is not None:
        patch["roi"] = roi
    _checked(await catalog.patch(f"/api/videos/{video_id}", json=patch))


async def _run_to_end(
    onwatch: Onwatch, catalog: httpx.AsyncClient, video_id: str, on_progress: Callable[[float], None]
) -> None:
    end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def follow(message: Message) -> None:
        match message:
            case MetricsCommittedV1():
                on_progress(message.coverage.fraction)
            case RunFailedV1() if not end.done():
                end.set_exception(AnalysisFailed(message.reason))
            case VideoPersistedV1() if not end.done():
                end.set_result(None)

    queue = PrivateQueue("analyze", (MetricsCommittedV1, RunFailedV1, VideoPersistedV1), per_video=True)
    consumer = await onwatch.bus.subscribe(queue, follow)
    try:
        await consumer.bind(video_id)
        _checked(await catalog.post(f"/api/videos/{video_id}/analysis"))
        await end
    finally:
        await consumer.close()


async def _results(catalog: httpx.AsyncClient, aggregator: httpx.AsyncClient, video_id: str) -> Result:
    metrics = await aggregator.get(f"/api/videos/{video_id}/metrics")
    vehicles = await aggregator.get(f"/api/videos/{video_id}/vehicles")
    file = await catalog.get(f"/api/videos/{video_id}/file")
    for response in (metrics, vehicles, file):
        _checked(response)
    return Result(
        VideoMetrics.model_validate_json(metrics.content),
        VehicleList.model_validate_json(vehicles.content),
        VideoFileInfo.model_validate_json(file.content).notes,
    )


def _checked(response: httpx.Response) -> dict[str, str]:
    """The JSON of a successful response; raises `AnalysisFailed` with the detail of a problem."""
    if response.headers.get("content-type", "").startswith(PROBLEM_MEDIA_TYPE):
        raise AnalysisFailed(response.json()["detail"])
    response.raise_for_status()
    body: dict[str, str] = response.json()
    return body

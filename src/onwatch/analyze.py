"""`onwatch analyze`: processes one file to its end with the real services, without a viewer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from onwatch.all_in_one import Onwatch, build, client_of
from onwatch.configuration import Configuration
from onwatch.roi import Points
from onwatch.site_tables import (
    RecountFailed,
    RequestRefused,
    SiteTables,
    checked,
    put_site,
    site_tables,
    until_recounted,
)
from onwatch_contracts.http import VehicleList, Video, VideoFileInfo, VideoMetrics
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
    site: SiteTables | None = None
    """Of zones and gates, if there are any."""


@dataclass(frozen=True)
class SiteRequest:
    """Zones and gates to count besides the region of interest."""

    content: bytes
    """Of the file of a site."""
    interval: str
    """Of its tables, like `15m`."""


async def analyze(
    file: Path,
    configuration: Configuration,
    *,
    roi: Points | None,
    anchor: Anchor,
    engine: EngineChoice = EngineChoice.AUTO,
    recorded_fps: float | None = None,
    site: SiteRequest | None = None,
    on_progress: Callable[[float], None],
) -> Result:
    """Upload the file, process it to the end through bus, Redis and SQL, and read the results back.

    `recorded_fps`: pictures per second of a file without timestamps. `on_progress` gets the analysed fraction of the
    video. Raises `AnalysisFailed` when the file or the site is refused, or the run fails.
    """
    try:
        return await _analyze(file, configuration, roi, anchor, engine, recorded_fps, site, on_progress)
    except (RequestRefused, RecountFailed) as error:
        raise AnalysisFailed(str(error)) from error


async def _analyze(
    file: Path,
    configuration: Configuration,
    roi: Points | None,
    anchor: Anchor,
    engine: EngineChoice,
    recorded_fps: float | None,
    site: SiteRequest | None,
    on_progress: Callable[[float], None],
) -> Result:
    onwatch = build(configuration)
    async with running((onwatch.aggregator, onwatch.catalog, onwatch.detector)):
        async with client_of(onwatch.catalog.app) as catalog, client_of(onwatch.aggregator.app) as aggregator:
            video_id = await _upload(catalog, file, recorded_fps)
            await _set_up(catalog, video_id, roi, anchor, engine)
            revision = await put_site(catalog, video_id, site.content) if site else 0
            await _run_to_end(onwatch, catalog, video_id, on_progress)
            result = await _results(catalog, aggregator, video_id)
            if site is not None:
                await until_recounted(aggregator, video_id, revision, lambda _: None)
                result = replace(result, site=await site_tables(aggregator, video_id, site.interval))
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
    return Video.model_validate_json(checked(uploaded).content).id


async def _set_up(
    catalog: httpx.AsyncClient, video_id: str, roi: Points | None, anchor: Anchor, engine: EngineChoice
) -> None:
    patch: dict[str, object] = {"anchor": anchor, "engine": engine}
    if roi is not None:
        patch["roi"] = roi
    checked(await catalog.patch(f"/api/videos/{video_id}", json=patch))


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
        checked(await catalog.post(f"/api/videos/{video_id}/analysis"))
        await end
    finally:
        await consumer.close()


async def _results(catalog: httpx.AsyncClient, aggregator: httpx.AsyncClient, video_id: str) -> Result:
    metrics = await aggregator.get(f"/api/videos/{video_id}/metrics")
    vehicles = await aggregator.get(f"/api/videos/{video_id}/vehicles")
    file = await catalog.get(f"/api/videos/{video_id}/file")
    for response in (metrics, vehicles, file):
        checked(response)
    return Result(
        VideoMetrics.model_validate_json(metrics.content),
        VehicleList.model_validate_json(vehicles.content),
        VideoFileInfo.model_validate_json(file.content).notes,
    )

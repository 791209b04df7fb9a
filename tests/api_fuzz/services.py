"""The catalog and the aggregator on free ports, with videos to find."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from fakeredis import FakeAsyncRedis

import onwatch_aggregator.service
import onwatch_catalog.service
from onwatch_aggregator.counting import RunRecord, RunTotals
from onwatch_aggregator.results import SqlResultsStore, make_engine
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.accounts import SESSION_COOKIE, Identities, Identity
from onwatch_contracts.values import RunSettings
from onwatch_counting.log import LogChunk, LoggedBox, LoggedPicture, pack
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.http import http_server, serving
from onwatch_runtime.process import running
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.inline_inspector import InlineInspector
from onwatch_testkit.sample_videos import write_video

VIDEOS = 5
PASSWORD = "correct horse battery"
COUNTED_WITHIN_S = 120.0
PATIENCE_S = 60.0


@asynccontextmanager
async def services_on_free_ports(folder: Path) -> AsyncIterator[tuple[Mapping[str, str], Identity]]:
    """The address of each service by its name, and who its administrator is."""
    bus, redis = MemoryBus(SystemClock()), FakeAsyncRedis()
    catalog = onwatch_catalog.service.build(
        CatalogSettings.model_validate({"data_dir": folder, "admin_password": PASSWORD}),
        bus=bus,
        inspector=InlineInspector(),
        new_id=counting_ids("v"),
    )
    aggregator = onwatch_aggregator.service.build(AggregatorSettings(data_dir=folder), bus=bus, redis=redis)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(redis.aclose)
        stack.push_async_callback(bus.close)
        await stack.enter_async_context(running((aggregator, catalog)))
        addresses = {}
        for service in (catalog, aggregator):
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            await stack.enter_async_context(serving(http_server(service.app, "127.0.0.1", 0), listening))
            addresses[service.name] = f"http://127.0.0.1:{listening.getsockname()[1]}"
        await _upload(addresses["catalog"], write_video(folder / "clip.mp4"))
        await _count(addresses, folder)
        await _describe(addresses.values())
        yield addresses, await _administrator(addresses["catalog"])


async def _describe(addresses: Iterable[str]) -> None:
    """Ask for the OpenAPI documents once, which takes a while; schemathesis waits for 10 s."""
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
        for address in addresses:
            (await http.get(f"{address}/openapi.json")).raise_for_status()


async def _administrator(address: str) -> Identity:
    """Who is logged in as `admin`."""
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE_S) as http:
        answer = await http.post("/api/session", json={"name": "admin", "password": PASSWORD})
        answer.raise_for_status()
        presented = {"keys": [{"kind": "session", "secret": http.cookies[SESSION_COOKIE]}]}
        found = Identities.model_validate_json((await http.post("/internal/identities", json=presented)).content)
    (identity,) = found.items
    assert identity is not None
    return identity


async def _count(addresses: Mapping[str, str], folder: Path) -> None:
    """Give the newest video a gate, a finished run and its results."""
    async with httpx.AsyncClient(base_url=addresses["catalog"], trust_env=False, timeout=PATIENCE_S) as http:
        video_id = (await http.get("/api/videos")).json()["items"][0]["id"]
        gate = {"name": "Middle", "points": [[0.5, 0.0], [0.5, 1.0]]}
        (await http.post(f"/api/videos/{video_id}/gates", json=gate)).raise_for_status()
    await _save_run(video_id, folder)
    async with httpx.AsyncClient(base_url=addresses["aggregator"], trust_env=False, timeout=PATIENCE_S) as http:
        (await http.post(f"/api/videos/{video_id}/recount")).raise_for_status()
        async with asyncio.timeout(COUNTED_WITHIN_S):
            while (await http.get(f"/api/videos/{video_id}/recount")).json()["state"] != "finished":  # noqa: ASYNC110 polls a service
                await asyncio.sleep(0.1)


async def _save_run(video_id: str, folder: Path) -> None:
    pictures = [LoggedPicture(n / 25, (_box(n),)) for n in range(250)]
    settings = RunSettings(duration_s=10.0, frames_per_second=25.0, detector_model="demo")
    now = SystemClock().now()
    record = RunRecord(video_id, "run-1", settings, now, now, 10.0, RunTotals())
    engine = make_engine(AggregatorSettings(data_dir=folder))
    try:
        await SqlResultsStore(engine).save(record, (), (LogChunk(0, 0.0, 9.96, 250, 250, pack(pictures)),))
    finally:
        await engine.dispose()


def _box(number: int) -> LoggedBox:
    """A car that drives from left to right."""
    left = number * 125
    return LoggedBox(1, left, 16000, left + 1500, 18000, 200, "car")


async def _upload(address: str, clip: Path) -> None:
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE_S) as http:
        for _ in range(VIDEOS):
            with clip.open("rb") as file:
                answer = await http.post("/api/videos", files={"file": ("clip.mp4", file)})
            answer.raise_for_status()

"""The catalog and the aggregator on free ports, with videos to find."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from fakeredis import FakeAsyncRedis

import onwatch_aggregator.service
import onwatch_catalog.service
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.http import http_server, serving
from onwatch_runtime.process import running
from onwatch_testkit.ids import counting_ids
from onwatch_testkit.inline_inspector import InlineInspector
from onwatch_testkit.sample_videos import write_video

VIDEOS = 5


@asynccontextmanager
async def services_on_free_ports(folder: Path) -> AsyncIterator[Mapping[str, str]]:
    """The address of each service by its name."""
    bus, redis = MemoryBus(SystemClock()), FakeAsyncRedis()
    catalog = onwatch_catalog.service.build(
        CatalogSettings(data_dir=folder), bus=bus, inspector=InlineInspector(), new_id=counting_ids("v")
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
        yield addresses


async def _upload(address: str, clip: Path) -> None:
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        for _ in range(VIDEOS):
            with clip.open("rb") as file:
                answer = await http.post("/api/videos", files={"file": ("clip.mp4", file)})
            answer.raise_for_status()

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import httpx

from onwatch_aggregator.__main__ import main
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_runtime.memory_bus import MemoryBus


async def test_a_process_serves_says_what_it_does_not_reach_and_stops_when_told(memory_bus: MemoryBus, tmp_path: Path):
    nobody = "redis://127.0.0.1:1/0"
    settings = AggregatorSettings.load(environ={}, data_dir=tmp_path, redis_url=nobody)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(main(settings, memory_bus, listening))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, timeout=20.0, trust_env=False) as client:
            assert (await client.get("/healthz")).json() == {"service": "aggregator", "status": "alive"}
            ready = await client.get("/readyz")
            metrics = await client.get("/api/videos/video/metrics")
            runs = await client.get("/api/videos/video/runs")
        os.kill(os.getpid(), signal.SIGTERM)
        await serving
    assert ready.status_code == 503
    assert ready.json()["checks"]["aggregator.sql"] == "ok"
    assert ready.json()["checks"]["aggregator.redis"] != "ok"
    assert (metrics.status_code, metrics.json()["code"]) == (503, "store_unavailable")
    assert runs.json() == {"items": []}

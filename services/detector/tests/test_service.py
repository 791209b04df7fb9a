from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from onwatch_detector.service import build, one_thread
from onwatch_detector.settings import DetectorSettings
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.process import combined_ops_app
from onwatch_testkit.blob_engine import BlobEngine


async def test_it_is_alive_and_ready_and_exposes_its_metrics(memory_bus: MemoryBus, tmp_path: Path) -> None:
    service = build(DetectorSettings(data_dir=tmp_path), bus=memory_bus, open_engine=BlobEngine)
    async with (
        service.lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(combined_ops_app("detector", [service])), base_url="http://detector"
        ) as client,
    ):
        assert (await client.get("/healthz")).json()["status"] == "alive"
        assert (await client.get("/readyz")).json()["ready"] is True
        assert "onwatch_detector_frames_decoded_total 0.0" in (await client.get("/metrics")).text


async def test_it_starts_and_stops_with_nothing_to_do(memory_bus: MemoryBus, tmp_path: Path) -> None:
    service = build(DetectorSettings(data_dir=tmp_path), bus=memory_bus, open_engine=BlobEngine)
    async with asyncio.timeout(60), service.lifespan():
        pass


def test_a_run_has_a_thread_of_its_own() -> None:
    with one_thread() as first, one_thread() as second:
        assert first is not second

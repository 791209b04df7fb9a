"""The gateway as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys

import httpx
from websockets.asyncio.client import connect

from onwatch_gateway.__main__ import main
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.memory_bus import MemoryBus


async def test_it_serves_behind_its_door_until_it_is_told_to_stop(memory_bus: MemoryBus) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_server(("127.0.0.1", 0)) as taken:
        host, port = listening.getsockname()
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        taken.close()
        settings = GatewaySettings(port=port, catalog_url=nobody, aggregator_url=nobody, dashboard_url=nobody)
        serving = asyncio.create_task(main(settings, memory_bus, listening))
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}", trust_env=False) as client:
            assert (await client.get("/healthz")).json()["service"] == "gateway"
            assert (await client.get("/readyz")).json()["checks"] == {"gateway.bus": "ok"}
            assert "onwatch_gateway_viewers" in (await client.get("/metrics")).text
            assert (await client.get("/api/videos")).json()["code"] == "upstream_unavailable"
            assert (await client.get("/internal/runs")).status_code == 404
        async with connect(f"ws://{host}:{port}/ws", proxy=None) as viewer:
            await viewer.send('{"type": "subscribe", "video_id": "a"}')
            assert json.loads(await viewer.recv())["code"] == "unavailable"
        os.kill(os.getpid(), signal.SIGTERM)
        await serving


async def test_it_starts_as_a_module_and_stops_on_sigterm() -> None:
    environment = {**os.environ, "ONWATCH_GATEWAY_PORT": "0", "PYTHONUNBUFFERED": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "onwatch_gateway", env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    said = b""
    while b"Started server" not in said:  # by then the signals are its own
        line = await process.stderr.readline()
        assert line, said.decode()
        said += line
    process.terminate()
    said += await process.stderr.read()
    assert await process.wait() == 0, said.decode()
    assert b"serving on http://127.0.0.1:" in said

"""The catalog as a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import httpx

from onwatch_catalog.__main__ import main
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.memory_bus import MemoryBus


async def test_it_serves_until_it_is_told_to_stop(memory_bus: MemoryBus, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        serving = asyncio.create_task(main(CatalogSettings(data_dir=tmp_path), memory_bus, listening))
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}", trust_env=False) as client:
            ready = (await client.get("/readyz")).json()
            assert ready["checks"] == {"catalog.bus": "ok", "catalog.sql": "ok", "catalog.media": "ok"}
            assert "onwatch_catalog_deletes_total" in (await client.get("/metrics")).text
            assert (await client.get("/api/videos")).json() == {"items": [], "next_cursor": None}
        os.kill(os.getpid(), signal.SIGTERM)
        await serving


async def test_it_starts_as_a_module_and_stops_on_sigterm(tmp_path: Path) -> None:
    environment = {**os.environ, "ONWATCH_CATALOG_PORT": "0", "ONWATCH_CATALOG_DATA_DIR": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "onwatch_catalog", env=environment, stderr=asyncio.subprocess.PIPE
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
    assert b"listening on http://127.0.0.1:" in said

"""The two services that an upload passes: `python -m bench.doors.upload_services catalog FOLDER`, or `gateway URL` with
the catalog's address. Prints its port, and serves until stdin ends."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

from onwatch_catalog.records import migrate
from onwatch_catalog.service import build as build_catalog
from onwatch_catalog.settings import CatalogSettings
from onwatch_gateway.service import build as build_gateway
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.http import http_server, serving
from onwatch_runtime.process import Service

HOST = "127.0.0.1"


async def _service(name: str, given: str) -> Service:
    bus = MemoryBus(SystemClock())
    if name == "gateway":
        return build_gateway(GatewaySettings(auth="off", catalog_url=given, requests_per_minute=0), bus=bus)
    settings = CatalogSettings(data_dir=Path(given))
    await migrate(settings)
    return build_catalog(settings, bus=bus)


async def main(name: str, given: str) -> None:
    service = await _service(name, given)
    with socket.create_server((HOST, 0)) as listening:
        async with service.lifespan(), serving(http_server(service.app, HOST, 0), listening):
            print(listening.getsockname()[1], flush=True)
            await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

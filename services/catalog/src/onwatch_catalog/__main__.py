"""`python -m onwatch_catalog`: the service as a process of its own."""

from __future__ import annotations

import asyncio
import logging
import socket

from onwatch_catalog.service import build
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.bus import Bus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.logs import configure_logs
from onwatch_runtime.memory_bus import MemoryBus
from onwatch_runtime.service import http_server, running, serve_until_signalled, served

log = logging.getLogger("onwatch_catalog")


async def main(settings: CatalogSettings, bus: Bus, listening: socket.socket) -> None:
    """Serve on the socket until SIGINT or SIGTERM."""
    service = build(settings, bus=bus)
    async with running((service,)):
        app = served((service,), front=service)
        await serve_until_signalled(http_server(app, settings.host, settings.port), listening)


async def _alone(settings: CatalogSettings) -> None:
    log.warning("the bus is in this process's memory: videos are kept and served, services elsewhere hear nothing")
    bus = MemoryBus(SystemClock())
    with socket.create_server((settings.host, settings.port)) as listening:
        log.info("listening on http://%s:%d", *listening.getsockname()[:2])
        await main(settings, bus, listening)
    await bus.close()


if __name__ == "__main__":
    settings = CatalogSettings.load()
    configure_logs(settings.log_level, settings.log_format)
    asyncio.run(_alone(settings))

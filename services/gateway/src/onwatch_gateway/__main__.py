"""`python -m onwatch_gateway`: the service as a process of its own, in front of services at their addresses."""

from __future__ import annotations

import asyncio
import logging
import socket

from onwatch_gateway.proxy import http_upstreams
from onwatch_gateway.service import build
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.bus import Bus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.logs import configure_logs
from onwatch_runtime.memory_bus import MemoryBus
from onwatch_runtime.service import http_server, running, serve_until_signalled, served

log = logging.getLogger("onwatch_gateway")


async def main(settings: GatewaySettings, bus: Bus, listening: socket.socket) -> None:
    """Serve on the socket until SIGINT or SIGTERM."""
    service = build(settings, bus=bus, upstreams=http_upstreams(settings))
    async with running((service,)):
        app = served((service,), front=service)
        log.info("serving on http://%s:%d", *listening.getsockname()[:2])
        await serve_until_signalled(http_server(app, settings.host, settings.port), listening)


async def _alone(settings: GatewaySettings) -> None:
    log.warning("the bus is in this process's memory: API and page are served, a detector elsewhere hears nothing")
    bus = MemoryBus(SystemClock())
    with socket.create_server((settings.host, settings.port)) as listening:
        await main(settings, bus, listening)
    await bus.close()


if __name__ == "__main__":
    settings = GatewaySettings.load()
    configure_logs(settings.log_level, settings.log_format)
    asyncio.run(_alone(settings))

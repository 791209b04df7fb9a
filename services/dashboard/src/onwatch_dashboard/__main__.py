"""`python -m onwatch_dashboard`: the service as a process of its own."""

from __future__ import annotations

import asyncio
import socket

from onwatch_dashboard.service import build
from onwatch_dashboard.settings import DashboardSettings
from onwatch_runtime.logs import configure_logs
from onwatch_runtime.service import http_server, running, serve_until_signalled


async def main(settings: DashboardSettings) -> None:
    """Serve until SIGINT or SIGTERM."""
    service = build(settings)
    with socket.create_server((settings.host, settings.port)) as listening:
        async with running((service,)):
            await serve_until_signalled(http_server(service.app, settings.host, settings.port), listening)


if __name__ == "__main__":
    settings = DashboardSettings.load()
    configure_logs(settings.log_level, settings.log_format)
    asyncio.run(main(settings))

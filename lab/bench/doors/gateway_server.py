"""A gateway behind its production server, in front of a catalog with one video, whose frames come from no bus."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from bench.doors.obeying import obey
from bench.doors.viewers import VIDEO_ID
from onwatch_gateway.service import Upstreams, build
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.bus import FrameConsumer, FrameHandler
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.http import http_server, serving

MOST_VIEWERS = 20_000


async def _video(request: Request) -> JSONResponse:
    return JSONResponse({"id": request.path_params["video_id"], "status": "ready"})


class Frames(MemoryBus):
    """Gives frames to the gateway without a queue: taking them from a broker is measured alone."""

    async def subscribe_frames(self, handler: FrameHandler, *, capacity: int) -> FrameConsumer:
        self.handler = handler
        return await super().subscribe_frames(handler, capacity=capacity)


async def main() -> None:
    bus = Frames(SystemClock())
    catalog = Starlette(routes=[Route("/api/videos/{video_id}", _video)])
    other = PlainTextResponse("no such service")
    unlimited: dict[str, Any] = {"requests_per_minute": 0, "max_open_per_client": 0, "max_connections": MOST_VIEWERS}
    service = build(GatewaySettings(auth="off", **unlimited), bus=bus, upstreams=Upstreams(catalog, other, other))
    with socket.create_server(("127.0.0.1", 0), backlog=MOST_VIEWERS) as listening:
        async with service.lifespan(), serving(http_server(service.app, "127.0.0.1", 0), listening):
            await obey(listening.getsockname()[1], partial(bus.handler, VIDEO_ID))


if __name__ == "__main__":
    asyncio.run(main())

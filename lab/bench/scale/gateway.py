"""A gateway on RabbitMQ, in front of a catalog that knows every video: `python -m bench.scale.gateway URL`.

Its viewers are in the same process, without sockets. `watch COUNT` has so many watch and start a video each; every
other line is answered with the CPU time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from onwatch_gateway.service import Upstreams, build
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.websocket import Viewer, connect

MOST_VIEWERS = 20_000


def video_id(number: int) -> str:
    return f"video-{number}"


async def _video(request: Request) -> JSONResponse:
    return JSONResponse({"id": request.path_params["video_id"], "status": "ready"})


async def _watch(viewer: Viewer, watched: str) -> None:
    for message in ("subscribe", "start"):
        await viewer.send({"type": message, "video_id": watched})
    while True:  # the rest is read, or it would fill the memory
        await viewer.receive()


async def main(url: str) -> None:
    bus = await RabbitBus(url, SystemClock()).open()
    catalog = Starlette(routes=[Route("/api/videos/{video_id}", _video)])
    other = PlainTextResponse("no such service")
    settings = GatewaySettings(auth="off", max_connections=MOST_VIEWERS, max_open_per_client=0, requests_per_minute=0)
    service = build(settings, bus=bus, upstreams=Upstreams(catalog, other, other))
    watching: list[asyncio.Task[None]] = []
    async with service.lifespan(), AsyncExitStack() as stack:
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.startswith("watch"):
                while len(watching) < int(line.split()[1]):
                    viewer = await stack.enter_async_context(connect(service.app, "/ws"))
                    watching.append(asyncio.create_task(_watch(viewer, video_id(len(watching)))))
            print(json.dumps({"cpu_s": time.process_time()}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

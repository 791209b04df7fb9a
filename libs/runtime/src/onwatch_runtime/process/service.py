"""What a service is to whoever runs it, and how one is served as a process of its own."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp

from onwatch_runtime.http.health import Check, health_routes

WS_MAX_BYTES = 64 * 1024  # a client's message is a line of JSON
GRACE_S = 10  # what an open request or socket gets on shutdown
# What the kernel keeps unsent for a slow viewer, who wants the newest frame and not a queue of old ones. Measured with
# frames of 40 kB: 12 of them instead of 107.
MAX_UNSENT_BYTES = 128 * 1024
TCP_NOTSENT_LOWAT: int = getattr(socket, "TCP_NOTSENT_LOWAT", 25)  # Linux's number, where Python has no name for it


@dataclass(frozen=True)
class Service:
    """A built service: nothing runs until `lifespan` is entered, nothing after it is left."""

    name: str
    app: ASGIApp
    lifespan: Callable[[], AbstractAsyncContextManager[None]]
    checks: Mapping[str, Check] = field(default_factory=dict)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)


@asynccontextmanager
async def running(services: Sequence[Service]) -> AsyncIterator[None]:
    """Start in order, stop in reverse."""
    async with AsyncExitStack() as stack:
        for service in services:
            await stack.enter_async_context(service.lifespan())
        yield


def served(services: Sequence[Service], front: Service) -> ASGIApp:
    """What a process shows: the front's app, and the health and instruments of all its services."""
    registry = CollectorRegistry()
    for service in services:
        registry.register(collected(service.registry))
    checks = {f"{service.name}.{name}": check for service in services for name, check in service.checks.items()}
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_routes(front.name, checks, registry))
    app.mount("/", front.app)
    return app


def collected(registry: CollectorRegistry) -> Collector:
    """The instruments of a registry, to be registered in another."""
    return _Collected(registry)


class _Collected(Collector):
    """The instruments of a registry, inside another."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        return self._registry.collect()


class HttpServer(uvicorn.Server):
    """uvicorn without its signal handlers, and with little unsent in the kernel's buffers.

    It would raise a signal again once it has stopped, which kills the process before its services have.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in sockets or ():
            _keep_little_unsent(listening)
        await super().serve(sockets)


async def serve_until_signalled(server: HttpServer, listening: socket.socket) -> None:
    """Serve on the socket until SIGINT or SIGTERM; the process's one owner of these signals."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, _stop, server)
    try:
        await server.serve([listening])
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _keep_little_unsent(listening: socket.socket) -> None:
    """For every connection accepted from now on."""
    if sys.platform == "linux":
        listening.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES)


def _stop(server: HttpServer) -> None:
    server.should_exit = True


def http_server(app: ASGIApp, host: str, port: int) -> HttpServer:
    """The one HTTP server of a process. The services' lifespans are entered by `running`, not by uvicorn."""
    return HttpServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            lifespan="off",
            log_config=None,
            ws="websockets-sansio",
            ws_max_size=WS_MAX_BYTES,
            # A JPEG does not compress, and trying costs over 30 times the CPU.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
        )
    )

"""The one HTTP server of a process: uvicorn with this project's limits."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from onwatch_runtime.http.connections import HttpConnection, RequestTimeouts, WebSocketConnection

# By default 16 KiB: the videos that somebody may see, up to 400, are in a header between services.
HEADERS_MAX_BYTES = 64 * 1024
WS_MAX_BYTES = 64 * 1024  # a client's message is a line of JSON
UNUSED_CONNECTION_S = 2.0  # how long a client may keep one: less than uvicorn's 5 s, or it is reused while it closes
GRACE_S = 10  # for open requests and sockets on shutdown
# How much the kernel buffers for a slow viewer, who wants the newest frame and not a queue of old ones. Measured with
# frames of 40 kB: 12 of them instead of 107.
MAX_UNSENT_BYTES = 128 * 1024
TCP_NOTSENT_LOWAT: int = getattr(socket, "TCP_NOTSENT_LOWAT", 25)  # Linux's number, where Python has no name for it


class HttpServer(uvicorn.Server):
    """uvicorn without its signal handlers, and with small send buffers in the kernel.

    uvicorn raises a signal again once it has stopped, which would kill the process before its services have stopped.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in sockets or ():
            _limit_unsent_bytes(listening)
        await super().serve(sockets)


def _limit_unsent_bytes(listening: socket.socket) -> None:
    """Applies to every connection accepted from now on."""
    if sys.platform == "linux":
        listening.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES)


def http_server(app: ASGIApp, host: str, port: int, *, timeouts: RequestTimeouts | None = None) -> HttpServer:
    """A server for the app. The services' lifespans are entered by `onwatch_runtime.process`, not by uvicorn."""
    http = type("HttpConnection", (HttpConnection,), {"timeouts": timeouts or RequestTimeouts()})
    return HttpServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            lifespan="off",
            log_config=None,
            http=http,
            h11_max_incomplete_event_size=HEADERS_MAX_BYTES,
            ws=WebSocketConnection,
            ws_max_size=WS_MAX_BYTES,
            # A JPEG does not compress, and trying costs over 30 times the CPU.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
            # It would believe every program on this machine. The gateway decides whom it believes.
            proxy_headers=False,
        )
    )


@asynccontextmanager
async def serving(server: HttpServer, listening: socket.socket) -> AsyncIterator[None]:
    """Serve on the socket while the context is open; leaving it shuts the server down gracefully."""
    task = asyncio.create_task(server.serve([listening]), name="http")
    try:
        yield
    finally:
        server.should_exit = True
        await task

"""Stops a process on SIGINT or SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from onwatch_runtime.http import HttpServer, serving

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """An event that SIGINT or SIGTERM sets. Only one at a time: it is the process's handler of these signals."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)


async def serve_until_signalled(server: HttpServer, listening: socket.socket) -> None:
    """Serve on the socket until SIGINT or SIGTERM."""
    with stop_signal() as stop:
        async with serving(server, listening):
            await stop.wait()

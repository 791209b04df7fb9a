import asyncio
import os
import signal
import socket

import httpx
import pytest
from starlette.applications import Starlette

from onwatch_runtime.http import http_server
from onwatch_runtime.process.signals import serve_until_signalled, stop_signal

TIMEOUT_S = 60.0
both_signals = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


@both_signals
async def test_a_signal_sets_the_event(number: signal.Signals):
    with stop_signal() as stop:
        os.kill(os.getpid(), number)
        async with asyncio.timeout(TIMEOUT_S):
            await stop.wait()


async def test_the_handlers_are_removed_afterwards():
    with stop_signal():
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@both_signals
async def test_the_server_serves_until_it_is_signalled(number: signal.Signals):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        serving = asyncio.create_task(serve_until_signalled(http_server(Starlette(), host, port), listening))
        async with asyncio.timeout(TIMEOUT_S), httpx.AsyncClient() as client:
            assert (await client.get(f"http://{host}:{port}/")).status_code == 404
            os.kill(os.getpid(), number)
            await serving

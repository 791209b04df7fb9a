"""Starting and stopping, and the one HTTP server."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from onwatch_runtime.process.service import (
    MAX_UNSENT_BYTES,
    TCP_NOTSENT_LOWAT,
    Service,
    http_server,
    running,
    serve_until_signalled,
)

PATIENCE_S = 10.0  # real time; only a test that fails waits so long


class Diary:
    """Services that note what happens to them."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def service(self, name: str, *, fails_at: str = "") -> Service:
        @asynccontextmanager
        async def lifespan() -> AsyncIterator[None]:
            if fails_at == "start":
                raise RuntimeError(f"{name} cannot start")
            self.lines.append(f"start {name}")
            try:
                yield
            finally:
                self.lines.append(f"stop {name}")
            if fails_at == "stop":
                raise RuntimeError(f"{name} cannot stop")

        return Service(name, Starlette(), lifespan)


@pytest.fixture
def diary() -> Diary:
    return Diary()


async def test_services_start_in_order_and_stop_in_reverse(diary: Diary):
    async with running([diary.service("store"), diary.service("bus"), diary.service("door")]):
        assert diary.lines == ["start store", "start bus", "start door"]
    assert diary.lines[3:] == ["stop door", "stop bus", "stop store"]


async def test_when_one_cannot_start_those_started_are_stopped_and_later_ones_never_start(diary: Diary):
    services = [diary.service("store"), diary.service("bus", fails_at="start"), diary.service("door")]
    with pytest.raises(RuntimeError, match="bus cannot start"):
        async with running(services):
            pytest.fail("it must not run")
    assert diary.lines == ["start store", "stop store"]


async def test_when_one_cannot_stop_the_others_are_stopped_all_the_same(diary: Diary):
    services = [diary.service("store"), diary.service("bus", fails_at="stop")]
    with pytest.raises(RuntimeError, match="bus cannot stop"):
        async with running(services):
            pass
    assert diary.lines == ["start store", "start bus", "stop bus", "stop store"]


async def test_building_a_service_runs_nothing(diary: Diary):
    diary.service("store")
    assert diary.lines == []


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_server_serves_until_it_is_signalled(number: signal.Signals):
    """The signal is sent to this very process: whoever owns it must take it and give it back."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        server = http_server(Starlette(routes=[Route("/", hello)]), host, port)
        serving = asyncio.create_task(serve_until_signalled(server, listening))
        async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient() as client:
            answer = await client.get(f"http://{host}:{port}/")
            assert (answer.status_code, answer.text) == (200, "hello")
            assert "server" not in answer.headers
            os.kill(os.getpid(), number)
            await serving


@pytest.mark.skipif(sys.platform != "linux", reason="an option of Linux; elsewhere the kernel's own limit holds")
async def test_the_kernel_queues_little_for_a_slow_viewer():
    with socket.create_server(("127.0.0.1", 0)) as listening, listening.dup() as same:
        server = http_server(Starlette(), "127.0.0.1", 0)
        server.should_exit = True
        await serve_until_signalled(server, listening)
        assert same.getsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT) == MAX_UNSENT_BYTES


@pytest.mark.skipif(sys.platform != "linux", reason="an option of Linux; elsewhere the kernel's own limit holds")
def test_an_accepted_connection_has_the_limit_of_its_listening_socket():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES)
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT) == MAX_UNSENT_BYTES


def test_the_server_compresses_no_websocket_and_takes_no_long_message():
    config = http_server(Starlette(), "127.0.0.1", 0).config
    assert config.ws_per_message_deflate is False
    assert config.ws_max_size == 64 * 1024
    assert config.lifespan == "off"

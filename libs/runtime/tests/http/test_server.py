import socket
import sys

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from onwatch_runtime.http.server import MAX_UNSENT_BYTES, TCP_NOTSENT_LOWAT, http_server, serving

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="an option of Linux; elsewhere the kernel's own limit holds"
)


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def test_the_server_answers_while_its_context_is_open():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        app = Starlette(routes=[Route("/", hello)])
        async with serving(http_server(app, host, port), listening), httpx.AsyncClient(timeout=60) as client:
            answer = await client.get(f"http://{host}:{port}/")
        assert (answer.status_code, answer.text) == (200, "hello")
        assert "server" not in answer.headers


def test_no_program_of_this_machine_is_believed_to_be_a_proxy():
    assert http_server(Starlette(), "127.0.0.1", 0).config.proxy_headers is False


@linux_only
async def test_the_kernel_buffers_little_for_a_slow_viewer():
    with socket.create_server(("127.0.0.1", 0)) as listening, listening.dup() as same:
        async with serving(http_server(Starlette(), "127.0.0.1", 0), listening):
            pass
        assert same.getsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT) == MAX_UNSENT_BYTES


@linux_only
def test_an_accepted_connection_has_the_limit_of_its_listening_socket():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES)
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT) == MAX_UNSENT_BYTES


def test_websockets_are_not_compressed_and_long_messages_are_refused():
    config = http_server(Starlette(), "127.0.0.1", 0).config
    assert config.ws_per_message_deflate is False
    assert config.ws_max_size == 64 * 1024
    assert config.lifespan == "off"


async def test_a_header_has_room_for_the_videos_that_somebody_may_see():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        app = Starlette(routes=[Route("/", hello)])
        async with serving(http_server(app, host, port), listening), httpx.AsyncClient(timeout=60) as client:
            answer = await client.get(f"http://{host}:{port}/", headers={"onwatch-identity": "x" * 40_000})
        assert answer.status_code == 200

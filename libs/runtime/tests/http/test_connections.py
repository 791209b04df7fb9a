from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Scope
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.server import ServerState
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from onwatch_runtime.http.connections import RequestTimeouts, send_now_of
from onwatch_runtime.http.server import http_server, serving

TIMEOUT_S = 1.0  # a process that gets no processor for half of it fails no test
PATIENCE_S = 60.0
GET = b"GET / HTTP/1.1\r\nHost: toy\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: toy\r\nContent-Length: 4\r\n\r\n"
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: toy\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
CONT, TEXT, PING = 0, 1, 9


@asynccontextmanager
async def served(app: ASGIApp, body_timeout_s: float = PATIENCE_S) -> AsyncIterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = http_server(app, "127.0.0.1", 0, timeouts=RequestTimeouts(TIMEOUT_S, body_timeout_s))
        async with serving(server, listening), asyncio.timeout(PATIENCE_S):
            yield listening.getsockname()[:2]


def patient_connect(url: str) -> connect:
    """A client's own limit of 10 s fails where the machine stops for as long."""
    return connect(url, proxy=None, open_timeout=PATIENCE_S, ping_timeout=PATIENCE_S)


async def closed_by_server(reader: asyncio.StreamReader) -> None:
    # A server that closes before it has read what was sent resets the connection.
    with suppress(ConnectionResetError):
        assert await reader.read() == b""


async def slowly(request: Request) -> PlainTextResponse:
    body = await request.body()
    await asyncio.sleep(2 * TIMEOUT_S)
    return PlainTextResponse(f"got {body.decode()}")


SLOW_APP = Starlette(routes=[Route("/", slowly, methods=["GET", "POST"])])


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: toy\r\nX-A: 1\r\n"])
async def test_a_connection_without_a_whole_head_in_time_is_closed(sent: bytes):
    async with served(SLOW_APP) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(sent)
        await closed_by_server(reader)
        writer.close()


async def test_the_second_head_of_a_connection_has_the_same_limit():
    async with served(SLOW_APP) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(GET)
        await reader.readuntil(b"got ")
        writer.write(b"GET / HT")
        await closed_by_server(reader)
        writer.close()


async def test_a_head_that_arrives_byte_by_byte_is_not_given_more_time():
    async with served(SLOW_APP) as address:
        reader, writer = await asyncio.open_connection(*address)

        async def drip() -> None:
            while True:
                writer.write(b"x")
                await asyncio.sleep(TIMEOUT_S / 10)

        dripping = asyncio.create_task(drip())
        writer.write(b"GET / HTTP/1.1\r\nX-Long: ")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        dripping.cancel()
        writer.close()


async def test_300_half_sent_requests_are_closed_and_delay_nobody():
    async with served(SLOW_APP) as address:
        slow = [await asyncio.open_connection(*address) for _ in range(300)]
        for _, writer in slow:
            writer.write(b"GET / HTTP/1.1\r\n")
        reader, writer = await asyncio.open_connection(*address)
        writer.write(GET)
        assert b"200 OK" in await reader.readline()
        writer.close()
        for slow_reader, slow_writer in slow:
            await closed_by_server(slow_reader)
            slow_writer.close()


async def test_a_slow_body_and_a_slow_answer_are_not_cut_off():
    async with served(SLOW_APP) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(POST + b"ab")
        await asyncio.sleep(2 * TIMEOUT_S)
        writer.write(b"cd")
        assert b"200 OK" in await reader.readline()
        await reader.readuntil(b"got abcd")
        writer.write(GET)
        assert b"200 OK" in await reader.readline()
        writer.close()


@pytest.mark.parametrize("sent", [POST, POST + b"ab"])
async def test_a_connection_whose_body_does_not_continue_is_closed(sent: bytes):
    async with served(SLOW_APP, body_timeout_s=TIMEOUT_S) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(sent)
        await closed_by_server(reader)
        writer.close()


async def test_a_body_that_continues_and_an_app_that_does_not_read_it_have_time():
    is_reading = asyncio.Event()

    async def reads_late(request: Request) -> PlainTextResponse:
        await is_reading.wait()
        return PlainTextResponse(f"got {len(await request.body())}")

    large = 1 << 20
    app = Starlette(routes=[Route("/", slowly, methods=["POST"]), Route("/late", reads_late, methods=["POST"])])
    async with served(app, body_timeout_s=TIMEOUT_S) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"POST /late HTTP/1.1\r\nHost: toy\r\nContent-Length: %d\r\n\r\n" % large + bytes(large))
        await asyncio.sleep(3 * TIMEOUT_S)
        is_reading.set()
        await reader.readuntil(b"got %d" % large)
        writer.write(POST)
        for byte in b"abcd":
            await asyncio.sleep(TIMEOUT_S / 2)
            writer.write(bytes([byte]))
        await reader.readuntil(b"got abcd")
        writer.close()


# --- WebSockets


async def channel(socket: WebSocket) -> None:
    await socket.accept()
    await answer_messages(socket)


async def answer_messages(socket: WebSocket) -> None:
    try:
        while True:
            await socket.send_text(f"got {len(await socket.receive_text())}")
    except WebSocketDisconnect:
        pass


async def refuse(socket: WebSocket) -> None:
    await socket.send_denial_response(PlainTextResponse("no", 403))


CHANNEL_APP = Starlette(routes=[WebSocketRoute("/ws", channel), WebSocketRoute("/refuse", refuse)])


def frame(opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
    assert len(payload) < 126
    return struct.pack("!BB4x", opcode | (0x80 if fin else 0), 0x80 | len(payload)) + payload  # a mask of zeros


@asynccontextmanager
async def raw_channel(address: tuple[str, int]) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    yield reader, writer
    writer.close()


async def test_a_refused_websocket_logs_no_error(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    async with served(CHANNEL_APP) as (host, port):
        with pytest.raises(InvalidStatus) as refused:
            async with patient_connect(f"ws://{host}:{port}/refuse"):
                pass
    assert (refused.value.response.status_code, refused.value.response.body) == (403, b"no")
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_an_open_websocket_is_not_closed_by_the_time_limits_of_requests():
    async with served(CHANNEL_APP, TIMEOUT_S) as (host, port), patient_connect(f"ws://{host}:{port}/ws") as client:
        await asyncio.sleep(2 * TIMEOUT_S)
        await client.send("abc")
        assert await client.recv() == "got 3"


async def test_a_text_that_is_not_utf_8_closes_its_connection_without_a_stack_trace(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    async with served(CHANNEL_APP) as address, raw_channel(address) as (reader, writer):
        writer.write(frame(TEXT, b"\xed\xa0\x80"))  # half a surrogate pair
        answer = await reader.read()
    assert answer == b"\x88\x02" + (1007).to_bytes(2, "big")
    assert [record for record in caplog.records if record.levelno > logging.INFO or record.exc_info] == []


async def test_a_message_of_many_fragments_is_received():
    async with served(CHANNEL_APP) as address, raw_channel(address) as (reader, writer):
        writer.write(frame(TEXT, b"ab", fin=False) + frame(CONT, b"", fin=False) * 1000 + frame(CONT, b"c"))
        assert await reader.readexactly(7) == b"\x81\x05got 3"


class Transport(asyncio.Transport):
    """Counts what is written; the client reads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.written_bytes = 0
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.written_bytes += len(data)

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def close(self) -> None:
        self.is_closed = True


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 the condition has no event
            await asyncio.sleep(0)


async def open_connection(app: ASGIApp, transport: Transport) -> Any:
    """A WebSocket connection of the server over the transport, after its handshake."""
    config = http_server(app, "127.0.0.1", 0).config
    config.load()
    connection: Any = config.ws_protocol_class(config=config, server_state=ServerState(), app_state={})
    connection.connection_made(transport)
    connection.data_received(UPGRADE)
    await until(lambda: connection.handshake_complete)
    return connection


async def test_pings_of_a_client_that_reads_nothing_and_empty_fragments_fill_no_memory():
    transport = Transport()
    connection = await open_connection(CHANNEL_APP, transport)
    connection.data_received(frame(PING, b"x"))
    assert transport.written_bytes > 0
    connection.pause_writing()
    before = transport.written_bytes
    connection.data_received(frame(TEXT, b"a", fin=False))
    for _ in range(100):
        connection.data_received(frame(PING, b"x" * 100) + frame(CONT, b"", fin=False))
    assert transport.written_bytes == before
    assert len(connection.frames) == 1
    connection.connection_lost(None)
    await asyncio.gather(*connection.tasks)


async def test_a_message_is_sent_at_once_to_each_client_that_reads():
    accepted: list[WebSocket] = []

    async def accept(socket: WebSocket) -> None:
        accepted.append(socket)
        await channel(socket)

    app = Starlette(routes=[WebSocketRoute("/ws", accept)])
    message = bytes(range(256)) * 300
    async with served(app) as (host, port), AsyncExitStack() as stack:
        address = f"ws://{host}:{port}/ws"
        clients = [await stack.enter_async_context(patient_connect(address)) for _ in range(2)]
        assert [send_now_of(socket.scope)(message) for socket in accepted] == [True, True]
        assert [await client.recv() for client in clients] == [message, message]
        assert send_now_of(accepted[0].scope)(b"another")
        assert await clients[0].recv() == b"another"


async def test_nothing_is_sent_at_once_before_the_handshake_to_a_slow_client_or_after_the_end():
    scopes: list[Scope] = []
    may_accept = asyncio.Event()

    async def accept_later(socket: WebSocket) -> None:
        scopes.append(socket.scope)
        await may_accept.wait()
        await channel(socket)

    transport = Transport()
    opening = asyncio.create_task(open_connection(Starlette(routes=[WebSocketRoute("/ws", accept_later)]), transport))
    await until(lambda: bool(scopes))
    send_now = send_now_of(scopes[0])
    assert not send_now(b"early")
    may_accept.set()
    connection = await opening
    before = transport.written_bytes
    assert send_now(b"frame")
    assert transport.written_bytes > before
    connection.pause_writing()
    assert not send_now(b"frame")
    connection.resume_writing()
    assert send_now(b"frame")
    connection.connection_lost(None)
    assert not send_now(b"late")
    await asyncio.gather(*connection.tasks)


def test_a_server_without_the_extension_sends_nothing_at_once():
    assert not send_now_of({"type": "websocket"})(b"frame")


async def test_a_client_is_not_closed_for_a_pong_behind_messages_that_the_app_has_not_read(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO)
    may_read = asyncio.Event()

    async def read_later(socket: WebSocket) -> None:
        await socket.accept()
        await may_read.wait()
        await answer_messages(socket)

    transport = Transport()
    connection = await open_connection(Starlette(routes=[WebSocketRoute("/ws", read_later)]), transport)
    connection.send_keepalive_ping()
    connection.data_received(frame(TEXT, b"ab"))
    connection.keepalive_timeout()
    assert not transport.is_closed
    assert connection.pong_timer is not None, "the pong is still awaited"

    may_read.set()
    await until(lambda: not connection.read_paused)
    connection.keepalive_timeout()
    assert transport.is_closed
    assert "did not answer a ping for 20 s" in caplog.text
    connection.connection_lost(None)
    await asyncio.gather(*connection.tasks)

"""The channel behind the production server, over real sockets."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from onwatch_contracts.channel import FrameHeader, decode_frame, encode_frame
from onwatch_runtime.http import http_server
from onwatch_testkit.clock import settle

OpenGateway = Callable[..., Any]
KILOBYTE = 1 << 10
PATIENCE_S = 60.0


@asynccontextmanager
async def serving(gateway: Any) -> AsyncIterator[tuple[str, int]]:
    """The address of the gateway behind a real server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = http_server(gateway.service.app, "127.0.0.1", 0)
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield listening.getsockname()[:2]
        finally:
            server.should_exit = True
            await task


def viewer(address: tuple[str, int], **options: Any) -> AbstractAsyncContextManager[ClientConnection]:
    host, port = address
    return connect(f"ws://{host}:{port}/ws", proxy=None, open_timeout=60, **options)


async def watch(connection: ClientConnection, video_id: str = "a") -> None:
    await connection.send(json.dumps({"type": "subscribe", "video_id": video_id}))
    assert json.loads(await connection.recv()) == {"type": "subscribed", "video_id": video_id}
    await settle()


async def test_compression_is_not_agreed_on_even_if_the_viewer_offers_it(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, serving(gateway) as address, viewer(address) as connection:
        assert connection.request is not None
        assert "permessage-deflate" in connection.request.headers["Sec-WebSocket-Extensions"]
        assert connection.protocol.extensions == []


async def test_a_page_of_another_site_gets_403_and_the_reason(
    open_gateway: OpenGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_gateway() as gateway, serving(gateway) as address:
        with pytest.raises(InvalidStatus) as refused:
            async with viewer(address, origin="http://evil.example"):
                pass
        assert refused.value.response.status_code == 403
        assert json.loads(bytes(refused.value.response.body))["code"] == "origin_refused"
        (line,) = [record for record in caplog.records if record.name.startswith("onwatch") or record.levelno > 20]
        assert (line.levelname, line.getMessage()[:19]) == ("INFO", "connection refused:")
        host, port = address
        async with viewer(address, origin=f"http://{host}:{port}") as connection:
            await watch(connection)


async def test_a_page_whose_name_was_pointed_here_gets_421_and_the_reason(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, serving(gateway) as (host, port):
        evil = f"evil.example:{port}"
        with pytest.raises(InvalidStatus) as refused:
            async with connect(
                f"ws://{evil}/ws", host=host, port=port, origin=f"http://{evil}", proxy=None, open_timeout=60
            ):
                pass
        response = refused.value.response
        assert (response.status_code, json.loads(bytes(response.body))["code"]) == (421, "host_refused")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}", trust_env=False, timeout=60) as http:
            assert (await http.get("/api/videos/a", headers={"host": evil})).status_code == 421
            assert (await http.get("/api/videos/a")).status_code == 200


async def test_a_program_on_this_machine_is_no_trusted_proxy(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, serving(gateway) as (host, port):
        told = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
        async with httpx.AsyncClient(
            base_url=f"http://{host}:{port}", headers=told, trust_env=False, timeout=60
        ) as http:
            answer = await http.get("/api/videos/a")
        (request,) = gateway.catalog.received
    assert "strict-transport-security" not in answer.headers
    assert (request.client.host, request.url.scheme) == ("127.0.0.1", "http")


async def test_frames_arrive_unchanged(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, serving(gateway) as address, viewer(address) as connection:
        await watch(connection)
        body = await gateway.frame("a", 7)
        assert await connection.recv() == body


async def test_an_oversized_message_ends_that_connection_and_no_other(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, serving(gateway) as address, viewer(address) as good, viewer(address) as bad:
        await watch(good)
        await bad.send("x" * 63 * KILOBYTE)
        assert json.loads(await bad.recv())["code"] == "malformed"
        await bad.send("x" * 65 * KILOBYTE)
        with pytest.raises(ConnectionClosed) as closed:
            await bad.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        body = await gateway.frame("a")
        assert await good.recv() == body


async def test_an_aborted_connection_releases_its_demand(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, serving(gateway) as address:
        async with viewer(address) as connection:
            await watch(connection)
            await connection.send(json.dumps({"type": "start", "video_id": "a"}))
            await _until(lambda: gateway.metric("videos_wanted") == 1)
            connection.transport.abort()
        await _until(lambda: gateway.metric("videos_wanted") == 0)
        await _until(lambda: gateway.metric("viewers") == 0)


async def test_a_slow_viewer_skips_to_the_newest_frame_while_a_fast_one_gets_all(open_gateway: OpenGateway) -> None:
    frames = 80
    async with open_gateway() as gateway, serving(gateway) as address:
        with socket.socket() as narrow:
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * KILOBYTE)
            narrow.connect(address)
            narrow.setblocking(False)
            async with (
                viewer(address, sock=narrow, max_size=None, max_queue=1) as slow,
                viewer(address, max_size=None) as fast,
            ):
                await watch(slow)
                await watch(fast)
                for number in range(frames):
                    await gateway.bus.publish_frame("a", big_frame(number))
                    assert number_of(await fast.recv()) == number  # while the slow viewer reads nothing
                seen = [number_of(await slow.recv())]
                while seen[-1] != frames - 1:
                    seen.append(number_of(await slow.recv()))
        assert seen == sorted(set(seen))
        # Frames in the sockets' buffers cannot be withdrawn; of the others, only the newest is sent.
        assert len(seen) < frames / 2
        assert gateway.metric("frames_dropped_total") == frames - len(seen)


def big_frame(number: int) -> bytes:
    """So large that the buffers of a socket hold only a few."""
    header = FrameHeader(video_id="a", run_id="run", frame_number=number, timestamp_s=0.0)
    return encode_frame(header, bytes(512 * KILOBYTE))


def number_of(body: str | bytes) -> int:
    assert isinstance(body, bytes)
    return decode_frame(body)[0].frame_number


async def _until(condition: Callable[[], bool]) -> None:
    """Poll: no fake clock controls sockets."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 a counter of the program under test notifies nobody
            await asyncio.sleep(0.005)

"""The channel through the server that is used in production, over real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from onwatch_contracts.channel import FrameHeader, decode_frame, encode_frame
from onwatch_runtime.process.service import http_server
from onwatch_testkit.clock import settle

OpenStage = Callable[..., Any]
KILOBYTE = 1 << 10
PATIENCE_S = 20


@asynccontextmanager
async def serving(stage: Any) -> AsyncIterator[tuple[str, int]]:
    """The address of the gateway behind a real server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = http_server(stage.service.app, "127.0.0.1", 0)
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield listening.getsockname()[:2]
        finally:
            server.should_exit = True
            await task


def viewer(address: tuple[str, int], **options: Any) -> AbstractAsyncContextManager[ClientConnection]:
    host, port = address
    return connect(f"ws://{host}:{port}/ws", proxy=None, **options)


async def watch(connection: ClientConnection, video_id: str = "a") -> None:
    await connection.send(json.dumps({"type": "subscribe", "video_id": video_id}))
    assert json.loads(await connection.recv()) == {"type": "subscribed", "video_id": video_id}
    await settle()


async def test_compression_is_not_agreed_on_even_if_the_viewer_offers_it(open_stage: OpenStage) -> None:
    async with open_stage() as stage, serving(stage) as address, viewer(address) as connection:
        assert connection.request is not None
        assert "permessage-deflate" in connection.request.headers["Sec-WebSocket-Extensions"]
        assert connection.protocol.extensions == []


async def test_a_page_of_another_site_gets_403_and_the_reason(open_stage: OpenStage) -> None:
    async with open_stage() as stage, serving(stage) as address:
        with pytest.raises(InvalidStatus) as refused:
            async with viewer(address, origin="http://evil.example"):
                pass
        assert refused.value.response.status_code == 403
        assert json.loads(bytes(refused.value.response.body))["code"] == "origin_refused"
        host, port = address
        async with viewer(address, origin=f"http://{host}:{port}") as connection:
            await watch(connection)


async def test_frames_arrive_unchanged(open_stage: OpenStage) -> None:
    async with open_stage() as stage, serving(stage) as address, viewer(address) as connection:
        await watch(connection)
        body = await stage.frame("a", 7)
        assert await connection.recv() == body


async def test_an_oversized_message_ends_that_connection_and_no_other(open_stage: OpenStage) -> None:
    async with open_stage() as stage, serving(stage) as address, viewer(address) as good, viewer(address) as bad:
        await watch(good)
        await bad.send("x" * 63 * KILOBYTE)
        assert json.loads(await bad.recv())["code"] == "malformed"
        await bad.send("x" * 65 * KILOBYTE)
        with pytest.raises(ConnectionClosed) as closed:
            await bad.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        body = await stage.frame("a")
        assert await good.recv() == body


async def test_a_connection_cut_without_a_word_releases_its_demand(open_stage: OpenStage) -> None:
    async with open_stage() as stage, serving(stage) as address:
        async with viewer(address) as connection:
            await watch(connection)
            await connection.send(json.dumps({"type": "start", "video_id": "a"}))
            await _until(lambda: stage.count("videos_wanted") == 1)
            connection.transport.abort()
        await _until(lambda: stage.count("videos_wanted") == 0)
        await _until(lambda: stage.count("viewers") == 0)


async def test_a_slow_viewer_skips_to_the_newest_frame_while_a_fast_one_gets_all(open_stage: OpenStage) -> None:
    frames = 80
    async with open_stage() as stage, serving(stage) as address:
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
                    await stage.bus.publish_frame("a", big_frame(number))
                    assert number_of(await fast.recv()) == number  # while nobody reads at the slow one
                seen = [number_of(await slow.recv())]
                while seen[-1] != frames - 1:
                    seen.append(number_of(await slow.recv()))
        assert seen == sorted(set(seen))
        # What the sockets' buffers hold is on its way and cannot be taken back; of the rest, only the newest is sent.
        assert len(seen) < frames / 2
        assert stage.count("frames_dropped_total") == frames - len(seen)


def big_frame(number: int) -> bytes:
    """Larger than what the buffers of a socket could hide many of."""
    header = FrameHeader(video_id="a", run_id="run", frame_number=number, timestamp_s=0.0)
    return encode_frame(header, bytes(512 * KILOBYTE))


def number_of(body: str | bytes) -> int:
    assert isinstance(body, bytes)
    return decode_frame(body)[0].frame_number


async def _until(condition: Callable[[], bool]) -> None:
    """Sockets have no clock of ours: look again each time the loop has been round."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 nobody notifies us: it is a counter of the program under test
            await asyncio.sleep(0.005)

"""Viewers in a process of their own: `python -m bench.doors.viewers PORT`, which obeys lines on stdin.

`connect COUNT` answers when all are subscribed, `storm` loses all connections and makes them again, `stall` has one
viewer read no more until `unstall`, and `take` answers with what has arrived since the last time. They read into one
buffer and look at nothing but the headers of WebSocket frames, so that they take less of the processors than a server.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any, cast

from bench.doors.obeying import FRAME_BYTES, TIME_BYTES

VIDEO_ID = "street"
TEXT, BINARY, PING, PONG = 1, 2, 9, 10
OPENING_AT_ONCE = 100
PATIENCE_S = 300.0

buffer = memoryview(bytearray(1 << 18))


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def masked(opcode: int, payload: bytes) -> bytes:
    """A frame of a client, whose key is zero: the payload is as it was."""
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + bytes(4) + payload


SUBSCRIBE = masked(TEXT, json.dumps({"type": "subscribe", "video_id": VIDEO_ID}).encode())
UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Audience:
    """What all viewers have received."""

    def __init__(self) -> None:
        self.frames = 0
        self.delays_ms: list[float] = []


class Viewer(asyncio.BufferedProtocol):
    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._response: bytes | None = b""
        self._head = bytearray()
        self._opcode = self._left = 0
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        port = self.transport.get_extra_info("peername")[1]
        self.transport.write(UPGRADE.format(port=port).encode())

    def get_buffer(self, sizehint: int) -> memoryview:
        return buffer

    def buffer_updated(self, nbytes: int) -> None:
        data = buffer[:nbytes]
        if self._response is not None:
            self._response += bytes(data)
            head, end, rest = self._response.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head:
                raise ValueError(f"no WebSocket: {head.decode(errors='replace')}")
            self._response = None
            self.transport.write(SUBSCRIBE)
            data = memoryview(rest)
        self._read(data)

    def _read(self, data: memoryview) -> None:
        start = 0
        while start < len(data):
            if self._left == 0:
                self._head.append(data[start])
                start += 1
                self._begin_frame()
                continue
            part = data[start : start + self._left]
            self._tail = (self._tail + bytes(part[-TIME_BYTES:]))[-TIME_BYTES:]
            start += len(part)
            self._left -= len(part)
            if self._left == 0:
                self._end_frame()

    def _begin_frame(self) -> None:
        length_bytes = {126: 2, 127: 8}.get(self._head[1], 0) if len(self._head) > 1 else 8
        if len(self._head) < 2 + length_bytes:
            return
        self._opcode = self._head[0] & 0x0F
        self._left = self._size = int.from_bytes(self._head[2:], "big") if length_bytes else self._head[1]
        self._head.clear()
        self._tail = b""

    def _end_frame(self) -> None:
        if self._opcode == BINARY and self._size == FRAME_BYTES:
            self.audience.frames += 1
            self.audience.delays_ms.append((time.monotonic_ns() - int.from_bytes(self._tail, "big")) / 1e6)
        elif self._opcode == TEXT and not self.subscribed.done():
            self.subscribed.set_result(None)
        elif self._opcode == PING:
            self.transport.write(masked(PONG, self._tail[-self._size :]))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.subscribed.done():
            self.subscribed.set_exception(ConnectionError(f"closed before it was subscribed ({error!r})"))


class Viewers:
    def __init__(self, port: int) -> None:
        self._port = port
        self._audience = Audience()
        self._viewers: list[Viewer] = []

    async def connect(self, count: int) -> dict[str, float]:
        began_s = time.monotonic()
        opening = asyncio.Semaphore(OPENING_AT_ONCE)
        async with asyncio.timeout(PATIENCE_S):
            self._viewers += await asyncio.gather(*(self._connected(opening) for _ in range(count)))
        return {"seconds": time.monotonic() - began_s}

    async def _connected(self, opening: asyncio.Semaphore) -> Viewer:
        loop = asyncio.get_running_loop()
        async with opening:
            _, viewer = await loop.create_connection(lambda: Viewer(self._audience), "127.0.0.1", self._port)
            await viewer.subscribed
        return viewer

    async def storm(self) -> dict[str, float]:
        for viewer in self._viewers:
            viewer.transport.abort()
        lost, self._viewers = len(self._viewers), []
        return await self.connect(lost)

    async def stall(self) -> dict[str, float]:
        self._viewers[0].transport.pause_reading()
        return {}

    async def unstall(self) -> dict[str, float]:
        self._viewers[0].transport.resume_reading()
        return {}

    async def take(self) -> dict[str, float]:
        """The delays of frames are in milliseconds."""
        audience = self._audience
        answer = {"frames": float(audience.frames), "cpu_s": time.process_time()}
        answer |= {f"p{share}": percentile(audience.delays_ms, share / 100) for share in (50, 95, 99)}
        audience.frames, audience.delays_ms = 0, []
        return answer


async def main(port: str) -> None:
    viewers = Viewers(int(port))
    commands: dict[str, Any] = {"storm": viewers.storm, "stall": viewers.stall, "take": viewers.take}
    commands["unstall"] = viewers.unstall
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command, *arguments = line.split()
        called = viewers.connect(int(arguments[0])) if command == "connect" else commands[command]()
        print(json.dumps(await called), flush=True)
    os._exit(0)  # without closing thousands of connections one by one


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

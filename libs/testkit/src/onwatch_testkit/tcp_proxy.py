"""A TCP proxy that a test can cut, slow down or block, while the server keeps running."""

from __future__ import annotations

import asyncio
from functools import partial
from types import TracebackType
from typing import Self

from onwatch_testkit.servers import HOST, free_port

CHUNK_BYTES = 65536
SLOW_CHUNK_BYTES = 4096


class Direction:
    """One direction of a proxy, with its faults."""

    def __init__(self) -> None:
        self.delay_s = 0.0
        self.bytes_per_s = 0.0
        """0: unlimited."""
        self._open = asyncio.Event()
        self._open.set()

    def block(self) -> None:
        """Hold all bytes while connections stay open: a black hole."""
        self._open.clear()

    def clear(self) -> None:
        """Remove delay, limit and blocking."""
        self.delay_s = self.bytes_per_s = 0.0
        self._open.set()

    @property
    def chunk_bytes(self) -> int:
        return SLOW_CHUNK_BYTES if self.bytes_per_s else CHUNK_BYTES

    async def pass_on(self, byte_count: int) -> None:
        """Wait until this many bytes may pass."""
        await asyncio.sleep(self.delay_s + (byte_count / self.bytes_per_s if self.bytes_per_s else 0.0))
        await self._open.wait()


class TcpProxy:
    """Forwards bytes in both directions. `async with` listens; after `cut` it refuses connections until `repair`."""

    def __init__(self, target_port: int) -> None:
        self.port = free_port()
        self.connections_made = 0
        self.to_server, self.to_client = Direction(), Direction()
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.repair()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.cut()

    async def repair(self) -> None:
        """Accept connections (again), at full speed."""
        self.to_server.clear()
        self.to_client.clear()
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, HOST, self.port)

    async def cut(self) -> None:
        """Abort every connection, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def reset(self) -> None:
        """Abort every connection with the bytes in flight, and accept new ones."""
        for pump in self._pumps:
            pump.cancel()
        for writer in self._writers:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections_made += 1
        try:
            to_reader, to_writer = await asyncio.open_connection(HOST, self._target_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, to_writer}
        ways = ((reader, to_writer, self.to_server), (to_reader, writer, self.to_client))
        for source, sink, direction in ways:
            pump = asyncio.create_task(self._pump(source, sink, direction), name="tcp proxy")
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)
            # A callback, so that it also runs when the pump was cancelled before its first step.
            pump.add_done_callback(partial(self._end, sink))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, direction: Direction) -> None:
        try:
            while data := await source.read(direction.chunk_bytes):
                await direction.pass_on(len(data))
                sink.write(data)
                await sink.drain()
        except OSError:
            pass

    def _end(self, sink: asyncio.StreamWriter, _: asyncio.Task[None]) -> None:
        self._writers.discard(sink)
        sink.transport.abort()

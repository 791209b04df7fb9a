"""A way to a server that a test can cut, without a restart of the server."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from onwatch_runtime.testing.servers import HOST, free_port

CHUNK_BYTES = 65536


class TcpProxy:
    """Passes bytes on, both ways. `async with` listens; cut, it refuses until `mend`."""

    def __init__(self, target_port: int) -> None:
        self.port = free_port()
        self.connections_made = 0
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.cut()

    async def mend(self) -> None:
        """Let connections through (again)."""
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, HOST, self.port)

    async def cut(self) -> None:
        """End every connection as if the cable were pulled, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def reset(self) -> None:
        """End every connection; new ones may be made at once."""
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
        for source, sink in ((reader, to_writer), (to_reader, writer)):
            pump = asyncio.create_task(self._pump(source, sink), name="tcp proxy")
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(CHUNK_BYTES):
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        finally:
            self._writers.discard(sink)
            sink.transport.abort()

"""An HTTP server on this machine, from which videos are fetched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HOST = "127.0.0.1"

Answer = Callable[["Source", asyncio.StreamWriter, dict[str, str]], Awaitable[None]]


@dataclass
class Source:
    """Answers each path as a test says."""

    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """The client has closed a connection that was held open."""

    def url(self, path: str, host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"

    def redirects(self, path: str, location: str) -> None:
        self.gives(path, b"", "302 Found", location=location)

    def gives(self, path: str, body: bytes, status: str = "200 OK", **headers: str) -> None:
        async def answer(_: Source, writer: asyncio.StreamWriter, __: dict[str, str]) -> None:
            writer.write(head(status, {"content-length": str(len(body)), **headers}) + body)

        self.answers[path] = answer

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        path = lines[0].split()[1]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        self.requests.append((path, headers))
        try:
            await self.answers[path](self, writer, headers)
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    def holds(self, path: str, begin: bytes) -> None:
        """Sends the beginning of a file, and then nothing until the client is gone."""

        async def answer(_: Source, writer: asyncio.StreamWriter, __: dict[str, str]) -> None:
            writer.write(head("200 OK", {"content-length": str(len(begin) + 1)}) + begin)
            await self.gone.wait()

        self.answers[path] = answer


def head(status: str, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}connection: close\r\n\r\n".encode()


@asynccontextmanager
async def serving() -> AsyncIterator[Source]:
    """The server, at a free port."""
    source = Source()
    server = await asyncio.start_server(source.connected, HOST, 0)
    source.port = server.sockets[0].getsockname()[1]
    async with server:
        yield source
        source.gone.set()

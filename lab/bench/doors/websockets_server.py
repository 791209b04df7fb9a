"""The peer: `websockets.broadcast` to whoever has connected."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from bench.doors.obeying import obey


async def main() -> None:
    connections: set[ServerConnection] = set()

    async def handle(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):  # the storm ends connections without a closing handshake
            async for _ in connection:
                connections.add(connection)
                await connection.send("subscribed")
        connections.discard(connection)

    async def send(frame: bytes) -> None:
        broadcast(connections, frame)

    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        await obey(port, send)


if __name__ == "__main__":
    asyncio.run(main())

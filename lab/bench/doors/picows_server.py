"""The peer: `picows`, which sends the frame to whoever has connected."""

from __future__ import annotations

import asyncio

from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from bench.doors.obeying import obey


async def main() -> None:
    transports: set[WSTransport] = set()

    class Viewer(WSListener):  # type: ignore[misc]  # not installed in the environment of the checks
        def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
            if frame.msg_type == WSMsgType.TEXT:
                transports.add(transport)
                transport.send(WSMsgType.TEXT, b"subscribed")

        def on_ws_disconnected(self, transport: WSTransport) -> None:
            transports.discard(transport)

    def viewer(_: WSUpgradeRequest) -> Viewer:
        return Viewer()

    async def broadcast(frame: bytes) -> None:
        for transport in transports:
            transport.send(WSMsgType.BINARY, frame)

    server = await ws_create_server(viewer, "127.0.0.1", 0)
    async with server:
        await obey(server.sockets[0].getsockname()[1], broadcast)


if __name__ == "__main__":
    asyncio.run(main())

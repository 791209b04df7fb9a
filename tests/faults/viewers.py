"""A person at the page: comes back when the connection is lost, presses Start again when nothing moves."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import websockets
from websockets.exceptions import WebSocketException

SILENCE_S = 3.0  # the page's watchdog
PATIENCE_SILENCES = 2  # then the page is loaded again, from the other gateway
COME_BACK_S = 0.3
OVER = frozenset({"finished", "failed", "deleted"})


class Gone(Exception):
    """Nothing comes on this connection any more."""


@dataclass
class PersistentViewer:
    """Watches one video until it is over, by way of whichever gateway answers."""

    video_id: str
    gateways: Sequence[str]
    """Base addresses, the preferred one first."""
    look_up: Callable[[str], Awaitable[str]]
    """What a look at the list of videos says of this one: its status."""
    frames: int = 0
    connections: int = 0
    states: list[str] = field(default_factory=list)

    async def watch(self, leaves_after_s: float | None = None) -> None:
        """Return when the video is over, or after so many seconds."""
        try:
            async with asyncio.timeout(leaves_after_s):
                for gateway in itertools.cycle(self.gateways):
                    if await self._watch_at(gateway):
                        return
                    await asyncio.sleep(COME_BACK_S)
        except TimeoutError:
            if leaves_after_s is None:
                raise

    async def _watch_at(self, gateway: str) -> bool:
        address = gateway.replace("http", "ws") + "/ws"
        try:
            async with websockets.connect(
                address, compression=None, open_timeout=SILENCE_S, close_timeout=0.5, ping_interval=None
            ) as socket:
                self.connections += 1
                return await self._sit_at(socket)
        except (OSError, WebSocketException, TimeoutError, Gone):
            return False

    async def _sit_at(self, socket: websockets.ClientConnection) -> bool:
        await self._say(socket, "subscribe", "start")
        silences = 0
        while silences < PATIENCE_SILENCES:
            try:
                async with asyncio.timeout(SILENCE_S):
                    message = await socket.recv()
            except TimeoutError:
                silences += 1
                if await self.look_up(self.video_id) in OVER:
                    return True
                await self._say(socket, "stop", "start")
                continue
            silences = 0
            if isinstance(message, bytes):
                self.frames += 1
            elif await self._is_over(socket, json.loads(message)):
                return True
        raise Gone

    async def _is_over(self, socket: websockets.ClientConnection, said: dict[str, str]) -> bool:
        match said["type"]:
            case "state":
                self.states.append(said["state"])
                return said["state"] in OVER
            case "error" if said["code"] in ("unavailable", "not_subscribed"):
                await asyncio.sleep(COME_BACK_S)
                await self._say(socket, "subscribe", "start")
        return False

    async def _say(self, socket: websockets.ClientConnection, *kinds: str) -> None:
        for kind in kinds:
            await socket.send(json.dumps({"type": kind, "video_id": self.video_id}))

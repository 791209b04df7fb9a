"""A person at the page: comes back when the connection is lost, presses Start again when nothing moves."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import websockets
from websockets.exceptions import WebSocketException

SILENCE_S = 3.0  # the page's watchdog
PATIENCE_SILENCES = 2  # then the page is loaded again, from the other gateway
COME_BACK_S = 0.3
SETTLE_S = 0.3  # the page waits half as long for a server that is not on a busy machine
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
    has_pressed: bool = False
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
        if await self._subscribe(socket):
            return True
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
            elif self._is_over(json.loads(message)):
                return True
        raise Gone

    async def _subscribe(self, socket: websockets.ClientConnection) -> bool:
        """Press Start, but not again if it turns out that the video was finished while nobody was connected.

        As the page does, which waits for the word that follows `subscribed`.
        """
        await self._say(socket, "subscribe")
        began_before, self.has_pressed = self.has_pressed, True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                while True:
                    message = await socket.recv()
                    is_word = not isinstance(message, bytes)
                    if is_word and self._is_over(json.loads(message)) and began_before:
                        return True
        await self._say(socket, "start")
        return False

    def _is_over(self, said: dict[str, str]) -> bool:
        match said["type"]:
            case "state":
                self.states.append(said["state"])
                return said["state"] in OVER
            case "error" if said["code"] in ("unavailable", "not_subscribed"):
                raise Gone
        return False

    async def _say(self, socket: websockets.ClientConnection, *kinds: str) -> None:
        for kind in kinds:
            await socket.send(json.dumps({"type": kind, "video_id": self.video_id}))

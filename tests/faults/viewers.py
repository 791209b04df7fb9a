"""A person at the page: reconnects when the connection is lost, presses Start again when no frame comes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import websockets
from websockets.exceptions import WebSocketException

WATCHDOG_S = 3.0  # as in the page
TIMEOUTS_BEFORE_RELOAD = 2  # then the page is loaded again, from the other gateway
RECONNECT_S = 0.3
SETTLE_S = 0.3  # the page waits half as long
END_STATES = frozenset({"finished", "failed", "deleted"})


class ConnectionStale(Exception):
    """The connection is open, but nothing is received on it."""


@dataclass
class PersistentViewer:
    """Watches one video until its end, through whichever gateway answers."""

    video_id: str
    gateways: Sequence[str]
    """Base addresses, the preferred one first."""
    status_of: Callable[[str], Awaitable[str]]
    """The status of the video as the list of videos shows it."""
    gateway: str | None = None
    """The one that it is, or was last, connected to."""
    patience_s: float = WATCHDOG_S
    """For a connection, and without a message on it."""
    frames: int = 0
    connections: int = 0
    has_started: bool = False
    states: list[str] = field(default_factory=list)

    async def watch(self, leaves_after_s: float | None = None) -> None:
        """Return at the end of the video, or after that many seconds."""
        try:
            async with asyncio.timeout(leaves_after_s):
                for gateway in itertools.cycle(self.gateways):
                    if await self._watch_at(gateway):
                        return
                    await asyncio.sleep(RECONNECT_S)
        except TimeoutError:
            if leaves_after_s is None:
                raise

    async def _watch_at(self, gateway: str) -> bool:
        address = gateway.replace("http", "ws") + "/ws"
        try:
            async with websockets.connect(
                address, compression=None, open_timeout=self.patience_s, close_timeout=0.5, ping_interval=None
            ) as socket:
                self.connections += 1
                self.gateway = gateway
                return await self._watch_on(socket)
        except (OSError, WebSocketException, TimeoutError, ConnectionStale):
            return False

    async def _watch_on(self, socket: websockets.ClientConnection) -> bool:
        if await self._subscribe(socket):
            return True
        timeouts = 0
        while timeouts < TIMEOUTS_BEFORE_RELOAD:
            try:
                async with asyncio.timeout(self.patience_s):
                    message = await socket.recv()
            except TimeoutError:
                timeouts += 1
                if await self.status_of(self.video_id) in END_STATES:
                    return True
                await self._send(socket, "stop", "start")
                continue
            timeouts = 0
            if isinstance(message, bytes):
                self.frames += 1
            elif self._is_over(json.loads(message)):
                return True
        raise ConnectionStale

    async def _subscribe(self, socket: websockets.ClientConnection) -> bool:
        """Press Start, but not again if the video finished while the viewer was disconnected.

        As the page does, which waits for the state message that follows `subscribed`.
        """
        await self._send(socket, "subscribe")
        had_started, self.has_started = self.has_started, True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                while True:
                    message = await socket.recv()
                    if not isinstance(message, bytes) and self._is_over(json.loads(message)) and had_started:
                        return True
        await self._send(socket, "start")
        return False

    def _is_over(self, received: dict[str, str]) -> bool:
        match received["type"]:
            case "state":
                self.states.append(received["state"])
                return received["state"] in END_STATES
            case "error" if received["code"] in ("unavailable", "not_subscribed"):
                raise ConnectionStale
        return False

    async def _send(self, socket: websockets.ClientConnection, *kinds: str) -> None:
        for kind in kinds:
            await socket.send(json.dumps({"type": kind, "video_id": self.video_id}))

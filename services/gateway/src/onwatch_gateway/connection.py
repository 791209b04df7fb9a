"""The connection of one viewer, and what is queued for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from onwatch_contracts.channel import Counts, Metrics, ServerMessage
from onwatch_gateway.instruments import Instruments


class CloseCode(IntEnum):
    """Why the gateway closes a connection (RFC 6455 and the IANA registry)."""

    POLICY_VIOLATION = 1008
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013


class ViewerSocket(Protocol):
    """The sending half of a WebSocket. Both methods raise when the viewer has disconnected."""

    async def send_text(self, data: str) -> None: ...

    async def send_bytes(self, data: bytes) -> None: ...


class Connection:
    """Sends texts in order, and a frame after those that wait; of metrics, counts and frames, a slow viewer gets the
    newest only.

    Only `send_to` awaits, so a slow viewer delays nobody else. `ended` is done once the gateway wants the connection
    closed.
    """

    def __init__(
        self,
        connection_id: str,
        *,
        text_capacity: int,
        instruments: Instruments,
        send_now: Callable[[bytes], bool] = lambda _: False,
    ) -> None:
        """`send_now` sends bytes without waiting, or returns False; `send_to` sends what it does not."""
        self.id = connection_id
        self._send_now = send_now
        self.ended: asyncio.Future[CloseCode] = asyncio.get_running_loop().create_future()
        self._text_capacity = text_capacity
        self._instruments = instruments
        self._texts: dict[int, str] = {}
        self._texts_queued = 0
        self._key_of_newest: dict[type[Metrics | Counts], int] = {}
        self._frame: bytes | None = None
        self._has_unsent = asyncio.Event()

    def queue(self, message: ServerMessage) -> None:
        self.queue_text(message.model_dump_json())

    def queue_text(self, text: str) -> int:
        """Queue an encoded message and return its key. A connection whose queue is full is ended."""
        if len(self._texts) >= self._text_capacity:
            self.end(CloseCode.TRY_AGAIN_LATER)
        self._texts_queued += 1
        self._texts[self._texts_queued] = text
        self._has_unsent.set()
        return self._texts_queued

    def queue_newest(self, kind: type[Metrics | Counts], text: str) -> None:
        """Queue numbers of this kind, in place of older ones that are not sent yet."""
        self._drop(kind)
        self._key_of_newest[kind] = self.queue_text(text)

    def queue_frame(self, body: bytes) -> None:
        """Send a frame if nothing has to wait, else queue it, in place of an older one that is not sent yet."""
        if self._frame is None and not self._texts and not self.ended.done() and self._send_now(body):
            self._instruments.frames_sent.inc()
            return
        self._drop_frame()
        self._frame = body
        self._has_unsent.set()

    def discard_unsent(self) -> None:
        """Drop the numbers and the frame that are not sent yet: the subscription to their video ends."""
        self._drop_frame()
        for kind in tuple(self._key_of_newest):
            self._drop(kind)

    def end(self, code: CloseCode) -> None:
        """Have the connection closed; the first code stands."""
        if not self.ended.done():
            self.ended.set_result(code)

    async def send_to(self, socket: ViewerSocket, timeout_s: float) -> None:
        """Send until cancelled, or until one send takes longer than `timeout_s`: the connection is then ended.

        Raises what the socket raises when the viewer has disconnected.
        """
        while True:
            await self._has_unsent.wait()
            self._has_unsent.clear()
            try:
                await self._send_unsent(socket, timeout_s)
            except TimeoutError:
                self.end(CloseCode.TRY_AGAIN_LATER)
                return

    async def _send_unsent(self, socket: ViewerSocket, timeout_s: float) -> None:
        while self._texts or self._frame is not None:
            newest = self._texts_queued
            # Not those that are queued meanwhile: a slow viewer would get numbers only, and never a frame.
            while self._texts and next(iter(self._texts)) <= newest:
                async with asyncio.timeout(timeout_s):
                    await socket.send_text(self._next_text())
            if (frame := self._frame) is not None:
                self._frame = None
                async with asyncio.timeout(timeout_s):
                    await socket.send_bytes(frame)
                self._instruments.frames_sent.inc()

    def _next_text(self) -> str:
        key = next(iter(self._texts))
        self._key_of_newest = {kind: newest for kind, newest in self._key_of_newest.items() if newest != key}
        return self._texts.pop(key)

    def _drop_frame(self) -> None:
        if self._frame is not None:
            self._frame = None
            self._instruments.frames_dropped.inc()

    def _drop(self, kind: type[Metrics | Counts]) -> None:
        if (key := self._key_of_newest.pop(kind, None)) is not None:
            del self._texts[key]

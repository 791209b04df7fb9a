"""The connection of one viewer, and what is queued for it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from onwatch_contracts.channel import Counts, Metrics, ServerMessage
from onwatch_gateway.frames import PictureGroup, Place
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
    newest only. Of a video codec it gets no frame without the one before it: what it could not take in time is left
    out up to the next key frame.

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
        self._frames: deque[bytes] = deque()
        """Not sent yet: one JPEG, or frames of a video codec that follow each other."""
        self._next_place: Place | None = None
        """In the stream of a video codec: the frame that follows those that were queued."""
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
        """Send a JPEG if nothing has to wait, else queue it, in place of older frames that are not sent yet."""
        self._next_place = None
        if self._frames or self._texts or self.ended.done() or not self._send_now(body):
            self._drop_frames()
            self._frames.append(body)
            self._has_unsent.set()
        else:
            self._instruments.frames_sent.inc()

    def queue_group(self, group: PictureGroup) -> None:
        """Send or queue the frames of the group that were not queued before.

        After a gap, or with a new key frame, all of it, in place of what is not sent yet.
        """
        following = group.since(self._next_place)
        self._next_place = group.end
        self._queue_frames(group.bodies if following is None else following, is_following=following is not None)

    def _queue_frames(self, bodies: list[bytes], *, is_following: bool) -> None:
        must_wait = bool(self._frames)
        if not is_following:
            self._drop_frames()
        self._frames += bodies
        while self._frames and not must_wait:
            must_wait = bool(self._texts) or self.ended.done() or not self._send_now(self._frames[0])
            if not must_wait:
                self._frames.popleft()
                self._instruments.frames_sent.inc()
        if self._frames:
            self._has_unsent.set()

    def discard_unsent(self) -> None:
        """Drop the numbers and the frames that are not sent yet: the subscription to their video ends."""
        self._drop_frames()
        self._next_place = None
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
        while self._texts or self._frames:
            newest = self._texts_queued
            # Not those that are queued meanwhile: a slow viewer would get numbers only, and never a frame.
            while self._texts and next(iter(self._texts)) <= newest:
                async with asyncio.timeout(timeout_s):
                    await socket.send_text(self._next_text())
            if self._frames:
                frame = self._frames.popleft()
                async with asyncio.timeout(timeout_s):
                    await socket.send_bytes(frame)
                self._instruments.frames_sent.inc()

    def _next_text(self) -> str:
        key = next(iter(self._texts))
        self._key_of_newest = {kind: newest for kind, newest in self._key_of_newest.items() if newest != key}
        return self._texts.pop(key)

    def _drop_frames(self) -> None:
        if self._frames:
            self._instruments.frames_dropped.inc(len(self._frames))
            self._frames.clear()

    def _drop(self, kind: type[Metrics | Counts]) -> None:
        if (key := self._key_of_newest.pop(kind, None)) is not None:
            del self._texts[key]

"""Handlers that record their calls, and fail or block as a test needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from onwatch_contracts.messages import Message

PATIENCE_S = 60.0  # real time; only a failing test waits so long


def succeed(_: Message) -> None:
    """The outcome of a handler that never fails."""


class Recorder:
    """A message handler. `outcome` raises the handler's errors; `held` blocks it until `release`."""

    def __init__(self, outcome: Callable[[Message], None] = succeed, *, held: bool = False) -> None:
        self.tried: list[Message] = []
        self.handled: list[Message] = []
        self._outcome = outcome
        self._changed = asyncio.Condition()
        self._released = asyncio.Event()
        if not held:
            self._released.set()

    def release(self) -> None:
        self._released.set()

    async def __call__(self, message: Message) -> None:
        await self._record(self.tried, message)
        await self._released.wait()
        self._outcome(message)
        await self._record(self.handled, message)

    async def has_tried(self, count: int) -> None:
        """Wait until the handler was called `count` times."""
        await self._reaches(self.tried, count)

    async def has_handled(self, count: int) -> None:
        await self._reaches(self.handled, count)

    async def _record(self, records: list[Message], message: Message) -> None:
        async with self._changed:
            records.append(message)
            self._changed.notify_all()

    async def _reaches(self, records: list[Message], count: int) -> None:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: len(records) >= count)


class FrameRecorder:
    """A frame handler. `held` blocks it until `release`; it raises for frames whose body is `fails_on`."""

    def __init__(self, *, held: bool = False, fails_on: bytes | None = None) -> None:
        self.frames: list[tuple[str, bytes]] = []
        self._fails_on = fails_on
        self._changed = asyncio.Condition()
        self._released = asyncio.Event()
        if not held:
            self._released.set()

    def release(self) -> None:
        self._released.set()

    async def __call__(self, video_id: str, body: bytes) -> None:
        async with self._changed:
            self.frames.append((video_id, body))
            self._changed.notify_all()
        await self._released.wait()
        if body == self._fails_on:
            raise ValueError("this frame cannot be shown")

    async def has(self, count: int) -> None:
        """Wait until it got `count` frames."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: len(self.frames) >= count)

    async def gets(self, body: bytes) -> None:
        """Wait until it got this frame."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: any(frame == body for _, frame in self.frames))

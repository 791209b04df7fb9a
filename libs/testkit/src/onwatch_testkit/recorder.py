"""Handlers that note what they get, and do what a test tells them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from onwatch_contracts.messages import Message

PATIENCE_S = 60.0  # real time; only a test that fails waits so long


def succeed(_: Message) -> None:
    """The outcome of a handler without fault."""


class Recorder:
    """A message handler. `outcome` raises what the handler shall raise; `held` stops it until `release`."""

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
        await self._note(self.tried, message)
        await self._released.wait()
        self._outcome(message)
        await self._note(self.handled, message)

    async def has_tried(self, count: int) -> None:
        """Wait until the handler was called so often; `TimeoutError` when it never is."""
        await self._reaches(self.tried, count)

    async def has_handled(self, count: int) -> None:
        await self._reaches(self.handled, count)

    async def _note(self, notes: list[Message], message: Message) -> None:
        async with self._changed:
            notes.append(message)
            self._changed.notify_all()

    async def _reaches(self, notes: list[Message], count: int) -> None:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: len(notes) >= count)


class FrameRecorder:
    """A frame handler. `held` stops it until `release`; frames whose body is `fails_on` raise."""

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
        """Wait until so many frames came; `TimeoutError` when they never do."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: len(self.frames) >= count)

    async def gets(self, body: bytes) -> None:
        """Wait until this frame came; `TimeoutError` when it never does."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: any(frame == body for _, frame in self.frames))

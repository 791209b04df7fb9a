"""Publishes what has become due: changes at once, and everything again with each heartbeat."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, TypeVar

from onwatch_runtime.clock import Clock

Signal = TypeVar("Signal")

PUBLISHED_AT_ONCE = 50
"""A broker confirms four times as many as one after the other. The time limit of a signal begins with its turn, so that
a broker that is slower than the signals delays all of them, and does not lose those of the same videos each time."""


class DuePublisher(ABC, Generic[Signal]):
    """One task publishes what is due; another makes all of it due with each heartbeat.

    A signal that the bus does not take is dropped: the heartbeat and the expiry repair it.
    """

    def __init__(self, clock: Clock, heartbeat_s: float) -> None:
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._changed = asyncio.Event()
        self._publishing = asyncio.Lock()
        self._turns = asyncio.Semaphore(PUBLISHED_AT_ONCE)

    @abstractmethod
    def _make_all_due(self) -> None: ...

    @abstractmethod
    def _take_due(self) -> Iterable[Signal]:
        """What is due, which counts as published; at most one signal for each video."""

    @abstractmethod
    async def _publish(self, signal: Signal) -> None: ...

    def wake(self) -> None:
        self._changed.set()

    async def publish_changes(self) -> None:
        """Publish each change, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.flush()

    async def send_heartbeats(self) -> None:
        """Have everything republished each heartbeat, until cancelled."""
        while True:
            await self._clock.sleep(self._heartbeat_s)
            self._make_all_due()
            self.wake()

    async def flush(self) -> None:
        """Return once everything that is due has been published."""
        async with self._publishing:
            await asyncio.gather(*map(self._publish_in_turn, self._take_due()))

    async def _publish_in_turn(self, signal: Signal) -> None:
        async with self._turns:
            await self._publish(signal)

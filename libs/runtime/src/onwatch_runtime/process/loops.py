"""Loops that run as long as their service does, and end between two rounds, not within one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from onwatch_runtime.clock import Clock
from onwatch_runtime.waiting import happens_within

END_S = 5.0  # what the loops get to finish a round on shutdown


class WakeUp:
    """Wakes a loop that waits for its next round. Rung while nobody waits, it is heard at the next wait.

    Closed, it tells the loop to end after the round under way: a loop that is cancelled within a transaction leaves
    a connection behind.
    """

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True
        self._rung.set()

    def set(self) -> None:
        self._rung.set()

    async def wait(self, clock: Clock, longest_s: float) -> None:
        """Return when rung or closed, or after `longest_s`."""
        await happens_within(self._rung.wait(), longest_s, clock)
        if not self.is_closed:
            self._rung.clear()


class Loop(Protocol):
    """Works in rounds. It owns its failures: it must not end before its wake_up is closed."""

    @property
    def wake_up(self) -> WakeUp: ...

    async def run(self) -> None:
        """Until the wake_up is closed."""
        ...


@asynccontextmanager
async def looping(*loops: Loop, end_s: float = END_S) -> AsyncIterator[None]:
    """The loops run until this is left; they then finish their round, and one that takes longer is cut short."""
    # No task group, which would wrap what fails inside in a group.
    tasks = [asyncio.create_task(loop.run(), name=f"loop:{type(loop).__name__}") for loop in loops]
    try:
        yield
    finally:
        for loop in loops:
            loop.wake_up.close()
        await asyncio.wait(tasks, timeout=end_s)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""Background loops of a service, which end between two rounds, not within one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from onwatch_runtime.clock import Clock
from onwatch_runtime.waiting import happens_within

STOP_LIMIT_S = 5.0  # to finish a round on shutdown


class WakeUp:
    """Wakes a loop that waits for its next round. Set while the loop works, it ends the next wait at once.

    Closing it ends the loop after the current round: a loop cancelled within a transaction would leak a connection.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True
        self._event.set()

    def set(self) -> None:
        self._event.set()

    async def wait(self, clock: Clock, limit_s: float) -> None:
        """Return when it is set or closed, or after `limit_s`."""
        await happens_within(self._event.wait(), limit_s, clock)
        if not self.is_closed:
            self._event.clear()


class Loop(Protocol):
    """Works in rounds. It handles its own failures: it must not end before `wake_up` is closed."""

    @property
    def wake_up(self) -> WakeUp: ...

    async def run(self) -> None:
        """Run until `wake_up` is closed."""
        ...


@asynccontextmanager
async def looping(*loops: Loop, stop_limit_s: float = STOP_LIMIT_S) -> AsyncIterator[None]:
    """Run the loops while the context is open. On leaving they finish their round; one that is late is cancelled."""
    # Not a task group, which would wrap an error of the context's body in an exception group.
    tasks = [asyncio.create_task(loop.run(), name=f"loop:{type(loop).__name__}") for loop in loops]
    try:
        yield
    finally:
        for loop in loops:
            loop.wake_up.close()
        await asyncio.wait(tasks, timeout=stop_limit_s)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""Waiting that can be cut short."""

from __future__ import annotations

import asyncio

from onwatch_runtime.clock import Clock


class Bell:
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

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, clock: Clock, longest_s: float) -> None:
        """Return when rung or closed, or after `longest_s`."""
        waits = (asyncio.create_task(self._rung.wait()), asyncio.create_task(clock.sleep(longest_s)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        if not self.is_closed:
            self._rung.clear()

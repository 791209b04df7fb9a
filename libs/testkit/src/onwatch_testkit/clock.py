"""A clock that a test advances."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

# Event loop iterations for woken tasks: enough for a chain of queue hops, none of which waits for time.
SETTLE_TURNS = 50
REAL_PATIENCE_S = 60.0


class FakeClock:
    """Time starts at 2026-01-01T00:00Z and stands still until `advance`."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed_s + seconds, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Advance the time; sleepers wake one by one, each at its time."""
        end = self._elapsed_s + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, woken = heapq.heappop(self._sleepers)
            self._elapsed_s = max(self._elapsed_s, at)
            if not woken.done():
                woken.set_result(None)
                await settle()
        self._elapsed_s = end
        await settle()


async def settle() -> None:
    """Let every ready task run."""
    for _ in range(SETTLE_TURNS):
        await asyncio.sleep(0)


async def until(
    clock: FakeClock, condition: Callable[[], bool], what: str, *, limit_s: float = 120.0, step_s: float = 0.05
) -> None:
    """Advance the time until the condition holds; `AssertionError` naming `what` after `limit_s` of the clock's time.

    Each step first gives threads and sockets, which do not use the clock, a moment of real time. On a busy machine that
    is too short for them, so the failure also needs `REAL_PATIENCE_S`.
    """
    end, real_end = clock.monotonic() + limit_s, time.monotonic() + REAL_PATIENCE_S
    while not condition():
        if clock.monotonic() >= end and time.monotonic() >= real_end:
            raise AssertionError(f"not within {limit_s} s: {what}")
        await asyncio.sleep(0.002)
        if not condition():
            await clock.advance(step_s)


@asynccontextmanager
async def flowing(clock: FakeClock, step_s: float = 0.05) -> AsyncIterator[None]:
    """Advance the time continuously inside the block, for a shutdown with timeouts."""
    task = asyncio.create_task(_flow(clock, step_s), name="flow of time")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _flow(clock: FakeClock, step_s: float) -> None:
    while True:
        await asyncio.sleep(0.002)
        await clock.advance(step_s)

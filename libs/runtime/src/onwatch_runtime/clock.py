"""Time as a port, so that tests can control it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The source of time, and the way to wait."""

    def now(self) -> datetime:
        """Wall-clock time in UTC, time-zone aware: for messages and people."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never going back: for durations."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The time of the operating system."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

"""Simulates the crash of a process at any step: all of its ports stop working."""

from __future__ import annotations

import asyncio
from typing import Any


class Crash(BaseException):
    """The simulated crash. A `BaseException`, so that no `except Exception` cleans up."""


class CrashAfter:
    """Allows a number of steps. After that every step raises `Crash`, those of cleaning up included."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def step(self) -> None:
        if self.steps <= 0:
            raise Crash
        self.steps -= 1


class FaultInjector:
    """Wraps a port. Each call takes two steps, so the crash is before the call or right after it."""

    def __init__(self, real: Any, crash_after: CrashAfter) -> None:
        self._real, self._life = real, crash_after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if asyncio.iscoroutinefunction(method):
            return self._wrapped_coroutine(method)

        def call(*args: Any, **named: Any) -> Any:
            self._life.step()
            result = method(*args, **named)
            try:
                self._life.step()
            except Crash:
                if hasattr(result, "close"):
                    result.close()  # a crashed process has no open files
                raise
            return result

        return call

    def _wrapped_coroutine(self, method: Any) -> Any:
        async def call(*args: Any, **named: Any) -> Any:
            self._life.step()
            result = await method(*args, **named)
            self._life.step()
            return result

        return call

"""A process that dies between any two of its steps, without dying: its ports stop working."""

from __future__ import annotations

import asyncio
from typing import Any


class Crash(BaseException):
    """The process is gone. No `except Exception` of it gets to clean up."""


class Life:
    """Lets so many steps be taken. After the crash nothing works any more, cleaning up included."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def step(self) -> None:
        if self.steps <= 0:
            raise Crash
        self.steps -= 1


class Mortal:
    """A port on which each call takes two steps: it dies before the call, or right after it."""

    def __init__(self, real: Any, life: Life) -> None:
        self._real, self._life = real, life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if asyncio.iscoroutinefunction(method):
            return self._mortal_coroutine(method)

        def call(*args: Any) -> Any:
            self._life.step()
            result = method(*args)
            try:
                self._life.step()
            except Crash:
                if hasattr(result, "close"):
                    result.close()  # a dead process has no open files
                raise
            return result

        return call

    def _mortal_coroutine(self, method: Any) -> Any:
        async def call(*args: Any) -> Any:
            self._life.step()
            result = await method(*args)
            self._life.step()
            return result

        return call

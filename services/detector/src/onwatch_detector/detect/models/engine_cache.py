"""Keeps one engine for all runs of a worker, opened at its first use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from onwatch_detector.detect.engines import Engine
from onwatch_runtime.clock import Clock
from onwatch_runtime.waiting import done_within


class EngineCache:
    """Opens the engine once, off the event loop. A failure is not cached: the next run tries again."""

    def __init__(self, open_engine: Callable[[], Engine], clock: Clock, notice_interval_s: float) -> None:
        self._open_engine = open_engine
        self._clock = clock
        self._notice_interval_s = notice_interval_s
        self._lock = asyncio.Lock()
        self._engine: Engine | None = None

    async def engine(self, notice: Callable[[], Awaitable[None]]) -> Engine:
        """The engine. While it loads, `notice` is called at once and at every interval. Raises what opening raises."""
        async with self._lock:
            if self._engine is None:
                self._engine = await self._load(notice)
            return self._engine

    async def _load(self, notice: Callable[[], Awaitable[None]]) -> Engine:
        loading = asyncio.ensure_future(asyncio.to_thread(self._open_engine))
        await notice()
        while not await done_within(loading, self._notice_interval_s, self._clock):
            await notice()
        return loading.result()

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

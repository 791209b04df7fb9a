"""Remembers answers for a short time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from typing import Generic, TypeVar

from onwatch_runtime.clock import Clock

MAX_REMEMBERED = 10_000

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class Recent(Generic[Key, Answer]):
    """Remembers each answer for `keep_s`. Those who ask for it while it is looked up wait for the same answer."""

    def __init__(self, look_up: Callable[[Key], Awaitable[Answer]], clock: Clock, keep_s: float) -> None:
        self._look_up = look_up
        self._clock = clock
        self._keep_s = keep_s
        self._known: OrderedDict[Key, tuple[float, Answer]] = OrderedDict()
        self._under_way: dict[Key, asyncio.Task[Answer]] = {}

    async def of(self, key: Key) -> Answer:
        """Raises what `look_up` raises."""
        if key in self._known:
            at, answer = self._known[key]
            if self._clock.monotonic() - at < self._keep_s:
                return answer
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._looked_up(key))
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    def items(self) -> Iterator[tuple[Key, Answer]]:
        """What is remembered, old answers included."""
        return ((key, answer) for key, (_, answer) in self._known.items())

    def forget(self, key: Key) -> None:
        self._known.pop(key, None)

    async def _looked_up(self, key: Key) -> Answer:
        answer = await self._look_up(key)
        self._known[key] = (self._clock.monotonic(), answer)
        self._known.move_to_end(key)
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        return answer

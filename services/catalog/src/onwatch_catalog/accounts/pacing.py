"""Slows down what is repeated too often."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from onwatch_runtime.clock import Clock

FREE_TIMES = 4
MAX_DELAY_S = 30.0
FORGOTTEN_AFTER_S = 900.0
MAX_REMEMBERED = 10_000


class Pace:
    """The first four times of a key are free; after them, the time in between grows up to `MAX_DELAY_S`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()

    def wait_s(self, key: Hashable) -> float:
        """How much too early it comes; 0: it is on time, and counted."""
        now = self._clock.monotonic()
        count, last_at = self._times.get(key, (0, 0.0))
        count, wait_s = paced(count, now - last_at)
        if wait_s > 0:
            return wait_s
        self._times[key] = (count + 1, now)
        self._times.move_to_end(key)
        if len(self._times) > MAX_REMEMBERED:
            self._times.popitem(last=False)
        return 0.0


def paced(times: int, passed_s: float) -> tuple[int, float]:
    """How many times count, so long after the last one, and how much too early another one comes."""
    if not times or passed_s > FORGOTTEN_AFTER_S:
        return 0, 0.0
    delay = delay_s(times)
    return times, min(max(0.0, delay - passed_s), delay)


def delay_s(times: int) -> float:
    """Until the next one after so many."""
    return 0.0 if times < FREE_TIMES else min(2.0 ** min(times - FREE_TIMES, 10), MAX_DELAY_S)

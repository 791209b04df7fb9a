"""Frame sampling: which frames to take if fewer per second are wanted than there are. Pure rules, no I/O."""

from __future__ import annotations

import math

# Many container formats round timestamps to milliseconds: the frame at 0.033 s is the second of 30, not in the first
# interval.
ROUNDING_S = 0.001


def is_taken(at_s: float, taken_s: float | None, per_second: float) -> bool:
    """Whether the frame at `at_s` is taken, after the one at `taken_s` (None: there was none).

    Video time is divided into intervals of 1 / `per_second` seconds, and the first frame of each is taken: this depends
    only on the timestamps, so it is the same in every run. 0 per second: every frame.
    """
    return taken_s is None or per_second == 0 or _interval(at_s, per_second) > _interval(taken_s, per_second)


def _interval(at_s: float, per_second: float) -> int:
    return math.floor((at_s + ROUNDING_S) * per_second)

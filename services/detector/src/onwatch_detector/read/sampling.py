"""Which frames to take where fewer are wanted than there are. Rules only."""

from __future__ import annotations

import math

# Many containers round timestamps to milliseconds: the frame at 0.033 s is the second of 30, not in the first slot.
ROUNDING_S = 0.001


def is_taken(at_s: float, taken_s: float | None, per_second: float) -> bool:
    """Whether the frame at `at_s` is taken, after the one at `taken_s` was (None: the first).

    Video time is cut into slots of 1 / `per_second` seconds from its beginning, and the first frame of each is
    taken: it depends on nothing but the timestamps, so it is the same in every run. 0 per second: every frame.
    """
    return taken_s is None or per_second == 0 or _slot(at_s, per_second) > _slot(taken_s, per_second)


def _slot(at_s: float, per_second: float) -> int:
    return math.floor((at_s + ROUNDING_S) * per_second)

"""Computes when a watched frame is due. Pure rules, no I/O."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Ties video time to the worker's clock: the frame at `video_s` is due at `clock_s`."""

    video_s: float
    clock_s: float

    def delay_s(self, video_s: float, now_s: float) -> float:
        """Seconds until the frame at `video_s` is due; negative if it is late."""
        return self.clock_s + (video_s - self.video_s) - now_s


def keep_pace(pace: Pace | None, video_s: float, now_s: float, *, max_lag_s: float) -> Pace:
    """The pace to continue with.

    A stream more than `max_lag_s` behind restarts its pace at this frame instead of rushing to catch up. No frame is
    ever skipped, so that watching does not change the numbers.
    """
    if pace is None or pace.delay_s(video_s, now_s) < -max_lag_s:
        return Pace(video_s, now_s)
    return pace

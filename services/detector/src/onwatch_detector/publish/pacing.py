"""When a watched frame is due. Rules only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Ties video time to the worker's clock: the frame at `video_s` is due at `clock_s`."""

    video_s: float
    clock_s: float

    def delay_s(self, video_s: float, now_s: float) -> float:
        """Seconds to wait before the frame at `video_s` may be shown; negative when it is late."""
        return self.clock_s + (video_s - self.video_s) - now_s


def keep_pace(pace: Pace | None, video_s: float, now_s: float, *, max_lag_s: float) -> Pace:
    """The pace to go on with.

    A stream that fell behind by more than `max_lag_s` goes on from here rather than rushing to catch up; no
    frame is ever skipped, so that watching does not change the numbers.
    """
    if pace is None or pace.delay_s(video_s, now_s) < -max_lag_s:
        return Pace(video_s, now_s)
    return pace

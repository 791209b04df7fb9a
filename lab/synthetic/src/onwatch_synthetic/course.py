"""Position of a scripted vehicle over time: a path on the ground, and a speed profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .geometry import Floats

STEP_S = 0.02
NOSE_M = 1.0  # the heading is the direction from this far behind to this far ahead on the path

GroundPoint = tuple[float, float]


@dataclass(frozen=True)
class Course:
    """A vehicle's path in metres, and the distance driven on it by time."""

    way: Floats  # (N, 2)
    times_s: Floats  # (M,), ascending
    along_m: Floats  # (M,), distance driven

    @classmethod
    def drive(cls, way: Sequence[GroundPoint], speeds: Sequence[tuple[float, float]]) -> "Course":
        """Drive along the path; `speeds` are (second, metres per second), interpolated linearly.

        Before the first and after the last of them the vehicle is not there. It stops where the way ends.
        """
        moments, paces = (np.array(column, dtype=np.float64) for column in zip(*speeds, strict=True))
        times = np.arange(moments[0], moments[-1] + STEP_S / 2, STEP_S)
        pace = np.interp(times, moments, paces)
        along = np.concatenate([[0.0], np.cumsum((pace[1:] + pace[:-1]) / 2 * STEP_S)])
        return cls(np.array(way, dtype=np.float64), times, along)

    def at(self, time_s: float) -> tuple[float, float, float] | None:
        """x, y and heading (radians from the x axis); None outside of its time."""
        if not self.times_s[0] <= time_s <= self.times_s[-1]:
            return None
        along = float(np.interp(time_s, self.times_s, self.along_m))
        (x, y), (x0, y0), (x1, y1) = (self._point(along + offset) for offset in (0.0, -NOSE_M, NOSE_M))
        return x, y, float(np.arctan2(y1 - y0, x1 - x0))

    @cached_property
    def _reached_m(self) -> Floats:
        """Distance of each point along the path."""
        return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(self.way, axis=0), axis=1))])

    def _point(self, along: float) -> GroundPoint:
        x, y = (float(np.interp(along, self._reached_m, self.way[:, axis])) for axis in (0, 1))
        if along < 0:  # its tail is before the start of the path
            dx, dy = (self.way[1] - self.way[0]) / self._reached_m[1]
            return x + along * float(dx), y + along * float(dy)
        return x, y


def straight(start: GroundPoint, end: GroundPoint) -> list[GroundPoint]:
    """A straight path."""
    return [start, end]


def u_turn(start: GroundPoint, turn_y: float, radius_m: float) -> list[GroundPoint]:
    """Along y to `turn_y`, half round to the side (towards greater x where the radius is above 0), and back."""
    x, y = start
    onward = 1.0 if turn_y > y else -1.0
    angles = np.linspace(0.0, np.pi, 25)
    across = [x + radius_m * (1 - float(np.cos(a))) for a in angles]
    bend = [(u, turn_y + onward * abs(radius_m) * float(np.sin(a))) for u, a in zip(across, angles, strict=True)]
    return [start, *bend, (x + 2 * radius_m, y)]

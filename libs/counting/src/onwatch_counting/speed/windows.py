"""Which positions of a vehicle a speed is measured from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from onwatch_counting.speed.calibration import GroundPlane
from onwatch_counting.speed.fit import Fit, Window
from onwatch_counting.speed.rules import SpeedRules

Floats = NDArray[np.float64]
KMH = 3.6


class Speed(NamedTuple):
    """In kilometres per hour."""

    kmh: float
    error_kmh: float
    """The interval of 95 % is this much on both sides. An error of the calibration is not in it."""


class GroundPath:
    """The anchors of one vehicle that are in the calibrated area."""

    def __init__(self, times_s: Floats, anchors: Floats, ground: GroundPlane, rules: SpeedRules) -> None:
        inside = ground.contains(anchors)
        seen = anchors[inside]
        self._rules = rules
        self.times_s = times_s[inside]
        self._positions_m = ground.to_ground(seen)
        self._jitter_m = ground.step_m(seen, rules.jitter)
        self.step_s = float(np.median(np.diff(self.times_s))) if len(self.times_s) > 1 else 0.0

    def between(self, since_s: float, until_s: float) -> Iterator[Window]:
        """Unbroken pieces, if they are long enough."""
        first, last = np.searchsorted(self.times_s, [since_s - 1e-6, until_s + 1e-6]).tolist()
        times = self.times_s[first:last]
        cuts = np.flatnonzero(np.diff(times) > self._rules.max_gap_s) + 1
        for start, end in zip([0, *cuts.tolist()], [*cuts.tolist(), len(times)], strict=True):
            if self._is_enough(times[start:end]):
                yield self._window(first + start, first + end)

    def _is_enough(self, times: Floats) -> bool:
        rules = self._rules
        return len(times) >= rules.min_detections and times[-1] - times[0] >= rules.min_window_s - 1e-6

    def _window(self, start: int, end: int) -> Window:
        positions = self._positions_m[start:end]
        return Window(self.times_s[start:end], positions[:, 0], positions[:, 1], self._jitter_m[start:end])


def crossing_window(path: GroundPath, at_s: float, rules: SpeedRules) -> Window | None:
    """Around a crossing, as far before it as after it where possible: braking then makes no difference."""
    half_s = rules.half_crossing_s
    if len(path.times_s):
        nearer_s = min(at_s - float(path.times_s[0]), float(path.times_s[-1]) - at_s)
        half_s = min(half_s, max(nearer_s, rules.min_window_s))
    half_s = max(half_s, (rules.min_detections - 1) * path.step_s)
    pieces = path.between(at_s - half_s, at_s + half_s)
    return next((piece for piece in pieces if piece.times_s[0] <= at_s <= piece.times_s[-1]), None)


def visit_windows(path: GroundPath, since_s: float, until_s: float, rules: SpeedRules) -> list[Window]:
    """Pieces of about a second and a half: through a bend and a stop, each is nearly straight."""
    pieces = []
    for whole in path.between(since_s, until_s):
        length_s = float(whole.times_s[-1] - whole.times_s[0])
        piece_s = max(rules.visit_window_s, (rules.min_detections + 1) * path.step_s)
        count = max(1, round(length_s / piece_s))
        last = len(whole.times_s) - 1
        bounds = [round(last * number / count) for number in range(count + 1)]
        for start, end in pairwise(bounds):
            cut = slice(start, end + 1)
            pieces.append(Window(whole.times_s[cut], whole.x_m[cut], whole.y_m[cut], whole.jitter_m[cut]))
    return pieces


def mean_speed(windows: Sequence[Window], fits: Sequence[Fit]) -> Speed | None:
    """Distance over time."""
    lengths = [float(window.times_s[-1] - window.times_s[0]) for window in windows]
    if not lengths:
        return None
    pairs = list(zip(lengths, fits, strict=True))
    distance_m = sum(length * fit.metres_per_s for length, fit in pairs)
    error_m = math.sqrt(sum((length * fit.error) ** 2 for length, fit in pairs))
    return Speed(distance_m / sum(lengths) * KMH, error_m / sum(lengths) * KMH)

"""Robust straight lines through positions over time, many at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 6
HUBER_ROUNDS = 2
"""Huber's weights first: they have one solution. Then Tukey's, which leave a wrong box out altogether."""
HUBER, TUKEY = 2.0, 7.0
"""In standard deviations of a coordinate, as radius; beyond Tukey's a box has no weight."""
TRUSTED = 0.92
"""The weighted variance of good positions is this share of the real one: those far off weigh less."""
MEDIAN = 2 * math.log(2)
"""Of the squared radius of a plane normal distribution with standard deviation 1."""
FEW = 8
"""Of fewer positions than this, good ones are easily taken for wrong ones."""
STANDING = 1e-3
"""Metres per second: slower, the direction is noise."""


def quantile(freedom: Floats) -> Floats:
    """Standard deviations that hold 95 % of Student's t distribution, within 2 % from 3 degrees of freedom on."""
    return 1.96 + 2.7 / freedom + 2 / freedom**2


class Window(NamedTuple):
    """Positions in metres over seconds, ordered by time."""

    times_s: Floats
    x_m: Floats
    y_m: Floats
    jitter_m: Floats
    """Standard deviation of each position, at least: far away a pixel is more metres. Far positions weigh less."""


class Fit(NamedTuple):
    """The velocity of one window."""

    metres_per_s: float
    error: float
    """The interval of 95 % is this much on both sides; in metres per second."""


def fit_windows(windows: Sequence[Window]) -> list[Fit]:
    """The speed of each window. They are fitted together: that is 30 times as fast as one by one."""
    if not windows:
        return []
    lengths = np.array([len(window.times_s) for window in windows])
    lines, counts = _Lines(lengths), lengths.astype(np.float64)
    times: Floats = np.concatenate([window.times_s for window in windows])
    times = times - lines.spread(lines.sums(times) / counts)
    x, y = (np.concatenate([window[axis] for window in windows]) for axis in (1, 2))
    precision: Floats = np.concatenate([window.jitter_m for window in windows]) ** -2
    weights = precision
    for number in range(ROUNDS):
        line = lines.fit(times, x, y, weights)
        if number == ROUNDS - 1:
            break
        squares = precision * (line.off_x**2 + line.off_y**2)
        if number <= HUBER_ROUNDS:
            scale = np.maximum(lines.medians(squares) / MEDIAN, 1.0)
        weights = precision * _trust(squares / lines.spread(scale), lines.spread(counts), number)
    speeds = np.hypot(line.across, line.down)
    forward = np.maximum(speeds, STANDING)
    along = line.off_x * lines.spread(line.across / forward) + line.off_y * lines.spread(line.down / forward)
    freedom = np.maximum(lines.sums(weights / precision) - 2, 0.5)
    variance = np.maximum(lines.sums(weights * along**2) / (freedom * TRUSTED), 1.0)
    errors = quantile(np.maximum(freedom, 1.0)) * np.sqrt(variance / line.time_squares)
    return [Fit(*pair) for pair in zip(speeds.tolist(), errors.tolist(), strict=True)]


def _trust(squares: Floats, counts: Floats, number: int) -> Floats:
    """From 1 down to 0, by the squared distance from the line in standard deviations."""
    if number < HUBER_ROUNDS:
        trust: Floats = HUBER / np.sqrt(np.maximum(squares, HUBER * HUBER))
    else:
        trust = np.maximum(0.0, 1 - squares / (TUKEY * TUKEY)) ** 2
    return np.where(counts < FEW, 1.0, trust)


class _Line(NamedTuple):
    """The best line of each group, and how far each position is off it."""

    across: Floats
    down: Floats
    """Velocities in metres per second."""
    off_x: Floats
    off_y: Floats
    time_squares: Floats
    """Weighted sums of the squared times."""


class _Lines:
    """Sums over consecutive groups of positions."""

    def __init__(self, lengths: Ints) -> None:
        self._lengths = lengths
        self._starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self._groups = np.repeat(np.arange(len(lengths)), lengths)
        # Stable sorting is by radix, and ten times as fast, for integers of 16 bits.
        self._short_groups = self._groups.astype(np.uint16) if len(lengths) <= 1 << 16 else self._groups

    def sums(self, values: Floats) -> Floats:
        result: Floats = np.add.reduceat(values, self._starts)
        return result

    def spread(self, values: Floats) -> Floats:
        result: Floats = values[self._groups]
        return result

    def medians(self, values: Floats) -> Floats:
        by_value = np.argsort(values)
        by_group = np.argsort(self._short_groups[by_value], kind="stable")
        result: Floats = values[by_value[by_group[self._starts + self._lengths // 2]]]
        return result

    def fit(self, times: Floats, x: Floats, y: Floats, weights: Floats) -> _Line:
        total = self.sums(weights)
        times = times - self.spread(self.sums(weights * times) / total)
        time_squares = self.sums(weights * times * times)

        def slope(values: Floats) -> tuple[Floats, Floats]:
            values = values - self.spread(self.sums(weights * values) / total)
            per_s: Floats = self.sums(weights * times * values) / time_squares
            return per_s, values - times * self.spread(per_s)

        across, off_x = slope(x)
        down, off_y = slope(y)
        return _Line(across, down, off_x, off_y, time_squares)

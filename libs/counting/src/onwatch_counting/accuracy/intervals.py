"""Counts per interval, whose length depends on that of the count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Interval length in seconds, and the minimum number of intervals: the first that fits gives a table of readable length.
STEPS_S = ((900.0, 48), (300.0, 24), (60.0, 5), (30.0, 5), (15.0, 5), (10.0, 5))
SHORTEST_STEP_S = 5.0  # in shorter intervals a percentage is noise


@dataclass(frozen=True)
class CountedInterval:
    """The counts of person and system in one interval."""

    start_s: float
    end_s: float
    person: int
    system: int


def interval_s(span_s: float) -> float:
    """Length of an interval for a count of `span_s`: 1 min from 5 min on, 5 min from 2 h on, 15 min from 12 h on."""
    return next((step_s for step_s, times in STEPS_S if span_s >= step_s * times), SHORTEST_STEP_S)


def intervals(person_s: Sequence[float], system_s: Sequence[float], span_s: float) -> tuple[CountedInterval, ...]:
    """The times in seconds that each side counted, by interval of `span_s` (above 0); the last may be shorter."""
    step_s = interval_s(span_s)
    number = max(1, math.ceil(span_s / step_s - 1e-9))
    person, system = _histogram(person_s, step_s, number), _histogram(system_s, step_s, number)
    return tuple(
        CountedInterval(at * step_s, min((at + 1) * step_s, span_s), person[at], system[at]) for at in range(number)
    )


def _histogram(times_s: Sequence[float], step_s: float, number: int) -> list[int]:
    counts = [0] * number
    for time_s in times_s:
        counts[min(int(time_s / step_s), number - 1)] += 1
    return counts

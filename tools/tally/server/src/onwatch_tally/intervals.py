"""Counts per interval, whose length depends on that of the clip."""

from __future__ import annotations

import math

from onwatch_tally.shapes import Interval, Matching

# Interval length in seconds, and the minimum number of intervals: the first that fits gives a table of readable length.
STEPS_S = ((900.0, 48), (300.0, 24), (60.0, 5), (30.0, 5), (15.0, 5), (10.0, 5))
SHORTEST_STEP_S = 5.0  # in shorter intervals a percentage is noise


def interval_s(span_s: float) -> float:
    """Length of an interval for a clip of `span_s`: 1 min from 5 min on, 5 min from 2 h on, 15 min from 12 h on."""
    return next((step_s for step_s, times in STEPS_S if span_s >= step_s * times), SHORTEST_STEP_S)


def spread(matching: Matching, span_s: float) -> tuple[Interval, ...]:
    """The counts of person and system in each interval of `span_s`; the last may be shorter.

    A paired mark counts in the interval in which its vehicle entered: a late key press is no error.
    """
    step_s = interval_s(span_s)
    entered_s = [pair.entry.at_s for pair in matching.pairs]
    person_s = [*entered_s, *(mark.at_s for mark in matching.unmatched_marks)]
    system_s = [*entered_s, *(entry.at_s for entry in matching.unmatched_entries)]
    number = max(1, math.ceil(span_s / step_s - 1e-9))
    person, system = _histogram(person_s, step_s, number), _histogram(system_s, step_s, number)
    return tuple(
        Interval(start_s=at * step_s, end_s=min((at + 1) * step_s, span_s), person=person[at], system=system[at])
        for at in range(number)
    )


def _histogram(times_s: list[float], step_s: float, number: int) -> list[int]:
    counts = [0] * number
    for time_s in times_s:
        counts[min(int(time_s / step_s), number - 1)] += 1
    return counts

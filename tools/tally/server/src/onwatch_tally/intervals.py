"""Counts over time: per minute, or over shorter or longer intervals where a clip is short or long."""

from __future__ import annotations

import math

from onwatch_tally.shapes import Interval, Matching

# Seconds, and from how many of them on: the first that fits is taken, so that a table has rows enough and not too many.
STEPS_S = ((900.0, 48), (300.0, 24), (60.0, 5), (30.0, 5), (15.0, 5), (10.0, 5))
SHORTEST_STEP_S = 5.0  # below it, a percentage of one interval is noise


def interval_s(span_s: float) -> float:
    """How long an interval is for a clip of `span_s`: a minute from 5 min on, 5 min from 2 h on, 15 from 12 h on."""
    return next((step_s for step_s, times in STEPS_S if span_s >= step_s * times), SHORTEST_STEP_S)


def spread(matching: Matching, span_s: float) -> tuple[Interval, ...]:
    """The counts of person and system in each interval of `span_s`; the last may be shorter.

    A mark that has its vehicle counts where the vehicle entered: a late key at the end of an interval is no error.
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

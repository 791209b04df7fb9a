"""The hour with the most vehicles, and how evenly they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from onwatch_counting.tables.clock import Interval
from onwatch_counting.tables.intervals import IntervalTable

HOUR_S = 3600
COMPLETE_SHARE = 0.99
"""An interval of which less was observed is no part of a peak hour: what is missing may be the peak."""


@dataclass(frozen=True)
class PeakHour:
    """Consecutive intervals of together one hour."""

    first: Interval
    last: Interval
    counts: Mapping[str, int]
    """By type."""
    peak_hour_factor: float | None
    """Vehicles of the hour / (intervals of the hour x vehicles of its busiest interval), as the Highway Capacity
    Manual defines it with intervals of 15 minutes; 1: they came evenly. None without vehicles, and for one interval."""

    @property
    def count(self) -> int:
        return sum(self.counts.values())


def peak_hour(table: IntervalTable, length_s: int, item: str | None = None) -> PeakHour | None:
    """Of everything or of one item; the first of equal ones. None if no hour was observed completely."""
    if HOUR_S % length_s:
        return None
    per_hour = HOUR_S // length_s
    counts = [table.count(index, item=item) for index in range(len(table.intervals))]
    complete = [
        table.share(index, item) >= COMPLETE_SHARE and interval.duration_s == length_s
        for index, interval in enumerate(table.intervals)
    ]
    totals = [sum(by_type.values()) for by_type in counts]
    starts = [index for index in range(len(counts) - per_hour + 1) if all(complete[index : index + per_hour])]
    if not starts:
        return None
    start = max(starts, key=lambda index: (sum(totals[index : index + per_hour]), -index))
    hour = slice(start, start + per_hour)
    by_type: Counter[str] = Counter()
    for found in counts[hour]:
        by_type.update(found)
    busiest = max(totals[hour])
    factor = sum(totals[hour]) / (per_hour * busiest) if busiest and per_hour > 1 else None
    return PeakHour(
        table.intervals[start], table.intervals[start + per_hour - 1], {k: n for k, n in by_type.items() if n}, factor
    )

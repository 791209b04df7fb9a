"""The queue in a zone over time: how many vehicles stand there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from onwatch_counting.site import Span, ZoneVisit


@dataclass(frozen=True)
class Queue:
    """Steps of a curve: from each time on, so many vehicles stand. Empty before the first one."""

    times_s: tuple[float, ...] = ()
    lengths: tuple[int, ...] = ()

    def at(self, time_s: float) -> int:
        index = bisect_right(self.times_s, time_s) - 1
        return self.lengths[index] if index >= 0 else 0

    def max(self, since_s: float, until_s: float) -> int:
        """The largest number of vehicles at one time, from `since_s` to before `until_s`."""
        inside = self.lengths[bisect_right(self.times_s, since_s) : bisect_left(self.times_s, until_s)]
        return max((self.at(since_s), *inside))

    def mean(self, since_s: float, until_s: float) -> float:
        """Weighted by time."""
        if until_s <= since_s:
            return 0.0
        first, last = bisect_right(self.times_s, since_s), bisect_left(self.times_s, until_s)
        edges = (since_s, *self.times_s[first:last], until_s)
        lengths = (self.at(since_s), *self.lengths[first:last])
        vehicle_s = sum(n * (edges[index + 1] - edges[index]) for index, n in enumerate(lengths))
        return vehicle_s / (until_s - since_s)


def queue_of(visits: Iterable[ZoneVisit]) -> Queue:
    """The queue of these visits of one zone."""
    return queue(span for visit in visits for span in visit.standing_spans_s)


def queue(spans: Iterable[Span]) -> Queue:
    """One step where a vehicle begins or ends to stand; equal times are one step."""
    changes: Counter[float] = Counter()
    for since_s, until_s in spans:
        changes[since_s] += 1
        changes[until_s] -= 1
    times_s, lengths, length = [], [], 0
    for time_s in sorted(changes):
        if changes[time_s]:
            length += changes[time_s]
            times_s.append(time_s)
            lengths.append(length)
    return Queue(tuple(times_s), tuple(lengths))

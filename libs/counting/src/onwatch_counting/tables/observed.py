"""Which parts of a video were analysed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from onwatch_counting.site import Span

MAX_PICTURE_GAP_S = 2.0
"""Pictures farther apart leave a gap: vehicles are lost after 1 s unseen, so that something between may be missed."""
PERIODS_IN_A_GAP = 3.0
"""Of the analysed pictures, where these are sparse."""


@dataclass
class ObservedSpans:
    """Joins the pictures of a run to spans. A picture stands for the time until the next one."""

    period_s: float
    """Usual time between two analysed pictures."""
    _spans: list[Span] = field(default_factory=list)
    _since_s: float = 0.0
    _until_s: float | None = None

    @property
    def max_gap_s(self) -> float:
        return max(MAX_PICTURE_GAP_S, PERIODS_IN_A_GAP * self.period_s)

    def add(self, timestamp_s: float) -> None:
        """The time of the next analysed picture."""
        if timestamp_s - (self._until_s or 0.0) > self.max_gap_s:
            self._close(timestamp_s)
            self._since_s = timestamp_s
        self._until_s = timestamp_s

    def finish(self, end_s: float) -> tuple[Span, ...]:
        """The spans of a video of this length."""
        if self._until_s is not None and end_s - self._until_s <= self.max_gap_s:
            self._spans.append((self._since_s, end_s))
        else:
            self._close(end_s)
        return tuple(self._spans)

    def _close(self, next_s: float) -> None:
        """The last picture before a gap stands for the usual time."""
        if self._until_s is not None:
            self._spans.append((self._since_s, min(next_s, self._until_s + self.period_s)))


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time without overlaps, in order."""
    joined: list[Span] = []
    for since_s, until_s in sorted(spans):
        if joined and since_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until_s))
        else:
            joined.append((since_s, until_s))
    return tuple(joined)


def observed_s(spans: Sequence[Span], since_s: float, until_s: float) -> float:
    """Seconds between two times that were analysed; the spans are ordered and do not overlap."""
    first = max(0, bisect_right(spans, (since_s, float("inf"))) - 1)
    total_s = 0.0
    for span_since_s, span_until_s in spans[first:]:
        if span_since_s >= until_s:
            break
        total_s += max(0.0, min(until_s, span_until_s) - max(since_s, span_since_s))
    return total_s

"""When a vehicle stood, and whether it is parked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from onwatch_counting.vehicles.rules import TOLERANCE_S, VehicleRules

Floats = NDArray[np.float64]
Span = tuple[float, float]
"""From and to, in seconds."""

MEAN_S = 0.5
"""Positions are averaged over this time: the jitter of a detector is as much as a slow vehicle moves in a second."""
APART_S = 2.0
"""Mean positions this far apart are compared, give or take half of `MEAN_S`."""


def stops_of(times_s: Floats, boxes: Floats, rules: VehicleRules) -> list[Span]:
    """When the vehicle stood. `boxes` is N x 4, at least one: left, top, right, bottom."""
    groups = np.floor((times_s + TOLERANCE_S) / MEAN_S)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(groups)) + 1])
    ends = np.concatenate([starts[1:], [len(times_s)]])
    counts = ends - starts
    left, top, right, bottom = (np.add.reduceat(edge, starts) / counts for edge in boxes.T)
    means_s = np.add.reduceat(times_s, starts) / counts
    before = np.searchsorted(means_s, means_s - APART_S + MEAN_S / 2, side="right") - 1
    later = np.flatnonzero(before >= 0)
    before = before[later]
    width, height = np.maximum(right - left, 1e-6)[later], np.maximum(bottom - top, 1e-6)[later]
    across = ((left + right)[later] - (left + right)[before]) / 2 / width
    down = ((top + bottom)[later] - (top + bottom)[before]) / 2 / height
    limits = rules.stopped_boxes_per_s * (means_s[later] - means_s[before])
    is_slow = across * across + down * down <= limits * limits
    windows = zip(times_s[starts[before[is_slow]]].tolist(), times_s[ends[later[is_slow]] - 1].tolist(), strict=True)
    return _joined(list(windows), rules.stop_gap_s)


def _joined(windows: Sequence[Span], gap_s: float) -> list[Span]:
    """Windows in order, those with less than a gap between them as one."""
    spans: list[Span] = []
    for since_s, until_s in windows:
        if spans and since_s - spans[-1][1] < gap_s - TOLERANCE_S:
            spans[-1] = spans[-1][0], max(until_s, spans[-1][1])
        else:
            spans.append((since_s, until_s))
    return spans


def within(spans: Sequence[Span], since_s: float, until_s: float) -> tuple[Span, ...]:
    """The parts of the spans in the given time; without those that only touch it."""
    cut = ((max(start, since_s), min(end, until_s)) for start, end in spans)
    return tuple((start, end) for start, end in cut if end > start)


def parked_spans(spans: Sequence[Span], first_seen_s: float, last_seen_s: float, rules: VehicleRules) -> list[Span]:
    """The stops that are no traffic: longer than any queue, or from before the video to the last sighting."""
    if len(spans) == 1 and first_seen_s <= rules.video_start_s and spans[0] == (first_seen_s, last_seen_s):
        return list(spans)
    return [(start, end) for start, end in spans if end - start > rules.parked_s]

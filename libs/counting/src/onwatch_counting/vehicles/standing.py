"""When a vehicle stood, and whether it is parked."""

from __future__ import annotations

from collections.abc import Sequence

from onwatch_counting.vehicles.rules import VehicleRules

Span = tuple[float, float]
"""From and to, in seconds."""


def add_rest(spans: list[Span], since_s: float, until_s: float, rules: VehicleRules) -> None:
    """Add a time during which the vehicle stayed at one place, if that was long enough to be a stop.

    The next place follows at once for one that creeps, and soon for one that moves up in a queue by less than a gap.
    """
    if not rules.reached(until_s - since_s, rules.standing_s):
        return
    if spans and not rules.reached(since_s - spans[-1][1], rules.stop_gap_s):
        spans[-1] = spans[-1][0], until_s
    else:
        spans.append((since_s, until_s))


def within(spans: Sequence[Span], since_s: float, until_s: float) -> tuple[Span, ...]:
    """The parts of the spans in the given time; without those that only touch it."""
    cut = ((max(start, since_s), min(end, until_s)) for start, end in spans)
    return tuple((start, end) for start, end in cut if end > start)


def parked_spans(spans: Sequence[Span], first_seen_s: float, last_seen_s: float, rules: VehicleRules) -> list[Span]:
    """The stops that are no traffic: longer than any queue, or from before the video to the last sighting."""
    if len(spans) == 1 and first_seen_s <= rules.video_start_s and spans[0] == (first_seen_s, last_seen_s):
        return list(spans)
    return [(start, end) for start, end in spans if end - start > rules.parked_s]

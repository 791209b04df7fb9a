"""Compares the person's count with the system's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import VehicleType
from onwatch_tally.intervals import interval_s, spread
from onwatch_tally.matching import TOLERANCE_S, match
from onwatch_tally.measures import FLOW_COUNTED_S, error_percent, geh, mape_percent, per_hour
from onwatch_tally.shapes import Comparison, Counts, Entry, Mark, Matching, TypeCounts


def entries_of(visits: Iterable[Vehicle]) -> tuple[Entry, ...]:
    """The first visit of each vehicle: `total_vehicles_count` counts vehicles."""
    return tuple(
        Entry(vehicle_id=visit.vehicle_id, vehicle_type=visit.vehicle_type, at_s=visit.entered_at_s)
        for visit in visits
        if visit.visit_no == 1
    )


def compare(
    marks: Sequence[Mark],
    entries: Sequence[Entry],
    until_s: float,
    *,
    detector_model: str | None = None,
    changed_after_seen: bool = False,
) -> Comparison:
    """Compare the first `until_s` seconds (above 0); what either side counted later is left out.

    A vehicle paired with a mark within `until_s` counts even if it entered just after `until_s`.
    """
    matching = _within(match(marks, entries), until_s)
    intervals = spread(matching, until_s)
    both = len(matching.pairs)
    person, system = both + len(matching.unmatched_marks), both + len(matching.unmatched_entries)
    return Comparison(
        until_s=until_s,
        total=_counts(person, system, until_s),
        by_type=_by_type(matching, until_s),
        interval_s=interval_s(until_s),
        intervals=intervals,
        mape_percent=mape_percent((interval.person, interval.system) for interval in intervals),
        intervals_without_vehicles=sum(interval.person == 0 for interval in intervals),
        person_per_hour=per_hour(person, until_s),
        system_per_hour=per_hour(system, until_s),
        is_extrapolated=until_s < FLOW_COUNTED_S,
        matching=matching,
        tolerance_s=TOLERANCE_S,
        median_delay_s=_median_delay_s(matching),
        detector_model=detector_model,
        changed_after_seen=changed_after_seen,
    )


def _within(matching: Matching, until_s: float) -> Matching:
    """Keep a pair when either of its halves is within: the limit must not split it."""
    return Matching(
        pairs=tuple(pair for pair in matching.pairs if min(pair.mark.at_s, pair.entry.at_s) <= until_s),
        unmatched_marks=tuple(mark for mark in matching.unmatched_marks if mark.at_s <= until_s),
        unmatched_entries=tuple(entry for entry in matching.unmatched_entries if entry.at_s <= until_s),
    )


def _by_type(matching: Matching, span_s: float) -> tuple[TypeCounts, ...]:
    """Only the types that either side counted."""
    pairs = matching.pairs
    person = [
        *(_type_of(pair.mark, pair.entry) for pair in pairs),
        *(mark.vehicle_type for mark in matching.unmatched_marks),
    ]
    system = [
        *(_type_of(pair.entry, pair.mark) for pair in pairs),
        *(entry.vehicle_type for entry in matching.unmatched_entries),
    ]
    return tuple(
        TypeCounts(vehicle_type=kind, **dict(_counts(person.count(kind), system.count(kind), span_s)))
        for kind in VehicleType
        if kind in person or kind in system
    )


def _type_of(one: Mark | Entry, other: Mark | Entry) -> VehicleType:
    """The type, or that of the other half where this one has none: a missing type is no error."""
    return other.vehicle_type if one.vehicle_type is VehicleType.VEHICLE else one.vehicle_type


def _counts(person: int, system: int, span_s: float) -> Counts:
    return Counts(
        person=person,
        system=system,
        error_percent=error_percent(person, system),
        geh=geh(per_hour(system, span_s), per_hour(person, span_s)),
    )


def _median_delay_s(matching: Matching) -> float | None:
    delays_s = [pair.mark.at_s - pair.entry.at_s for pair in matching.pairs]
    return median(delays_s) if delays_s else None

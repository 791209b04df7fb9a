"""Compares the person's count with the system's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import VehicleType
from onwatch_counting.accuracy import Accuracy, Error, TimedVehicle, accuracy, per_hour
from onwatch_tally.matching import TOLERANCE_S, match
from onwatch_tally.shapes import Comparison, Counts, Entry, Interval, Mark, Matching, TypeCounts


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
    found = _accuracy(matching, until_s)
    return Comparison(
        until_s=until_s,
        total=_counts(found.total),
        by_type=tuple(TypeCounts(vehicle_type=kind, **dict(_counts(of))) for kind, of in found.by_type.items()),
        interval_s=found.interval_s,
        intervals=tuple(
            Interval(start_s=each.start_s, end_s=each.end_s, person=each.person, system=each.system)
            for each in found.intervals
        ),
        mape_percent=found.mape_percent,
        intervals_without_vehicles=found.intervals_without_vehicles,
        person_per_hour=per_hour(found.total.person, until_s),
        system_per_hour=per_hour(found.total.system, until_s),
        is_extrapolated=found.is_extrapolated,
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


def _accuracy(matching: Matching, span_s: float) -> Accuracy:
    """A paired mark counts when its vehicle entered: a late key press is no error."""
    pairs = matching.pairs
    person = [
        *(TimedVehicle(pair.entry.at_s, _type_of(pair.mark, pair.entry)) for pair in pairs),
        *(TimedVehicle(mark.at_s, mark.vehicle_type) for mark in matching.unmatched_marks),
    ]
    system = [
        *(TimedVehicle(pair.entry.at_s, _type_of(pair.entry, pair.mark)) for pair in pairs),
        *(TimedVehicle(entry.at_s, entry.vehicle_type) for entry in matching.unmatched_entries),
    ]
    return accuracy(person, system, span_s)


def _type_of(one: Mark | Entry, other: Mark | Entry) -> VehicleType:
    """The type, or that of the other half where this one has none: a missing type is no error."""
    return other.vehicle_type if one.vehicle_type is VehicleType.VEHICLE else one.vehicle_type


def _counts(error: Error) -> Counts:
    return Counts(person=error.person, system=error.system, error_percent=error.error_percent, geh=error.geh)


def _median_delay_s(matching: Matching) -> float | None:
    delays_s = [pair.mark.at_s - pair.entry.at_s for pair in matching.pairs]
    return median(delays_s) if delays_s else None

"""The accuracy of a run by its marks; the measures are those of `onwatch tally`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from onwatch_contracts.http import Vehicle
from onwatch_contracts.marks import CountError, CountErrorInterval, MarkedAccuracy, MissedVehicle, Verdict, VisitMark
from onwatch_counting.accuracy import Error, TimedVehicle, accuracy


def first_visits(visits: Sequence[Vehicle]) -> tuple[Vehicle, ...]:
    """One for each vehicle: a vehicle counts once, however often it returns."""
    return tuple(visit for visit in visits if visit.visit_no == 1)


def marked_accuracy(
    visits: Sequence[Vehicle], marks: Sequence[VisitMark], missed: Sequence[MissedVehicle], span_s: float
) -> MarkedAccuracy | None:
    """Over the vehicles that are marked; those that are not say nothing. None where nothing was marked or analysed."""
    by_visit = {(mark.vehicle_id, mark.visit_no, mark.zone_id): mark for mark in marks}
    marked = {
        visit: by_visit[key]
        for visit in first_visits(visits)
        if (key := (visit.vehicle_id, visit.visit_no, visit.zone_id)) in by_visit
    }
    if span_s <= 0 or not (marked or missed):
        return None
    system = [TimedVehicle(visit.entered_at_s, visit.vehicle_type) for visit in marked]
    person = [*_seen(marked), *(TimedVehicle(one.at_s, one.vehicle_type) for one in missed)]
    found = accuracy(person, system, span_s)
    return MarkedAccuracy(
        total=_as_http(found.total),
        by_type={kind: _as_http(error) for kind, error in found.by_type.items()},
        interval_s=found.interval_s,
        intervals=tuple(
            CountErrorInterval(start_s=each.start_s, end_s=each.end_s, person=each.person, system=each.system)
            for each in found.intervals
        ),
        mape_percent=found.mape_percent,
        is_extrapolated=found.is_extrapolated,
    )


def _seen(marked: Mapping[Vehicle, VisitMark]) -> Iterator[TimedVehicle]:
    for visit, mark in marked.items():
        if mark.verdict in (Verdict.RIGHT, Verdict.WRONG_TYPE):
            yield TimedVehicle(visit.entered_at_s, mark.vehicle_type or visit.vehicle_type)


def _as_http(error: Error) -> CountError:
    return CountError(person=error.person, system=error.system, error_percent=error.error_percent, geh=error.geh)

"""The error of one count against another: in total, by type and by interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onwatch_contracts.values import VehicleType
from onwatch_counting.accuracy.intervals import CountedInterval, interval_s, intervals
from onwatch_counting.accuracy.measures import FLOW_COUNTED_S, error_percent, geh, mape_percent, per_hour


@dataclass(frozen=True)
class TimedVehicle:
    """A vehicle that one side counted."""

    at_s: float
    vehicle_type: VehicleType


@dataclass(frozen=True)
class Error:
    """How many vehicles person and system counted, and the error of the system."""

    person: int
    system: int
    error_percent: float | None
    """Of the person's count; None where that is 0."""
    geh: float
    """On flows scaled to an hour."""


@dataclass(frozen=True)
class Accuracy:
    total: Error
    by_type: Mapping[VehicleType, Error]
    """Only the types that either side counted, in the order of `VehicleType`."""
    interval_s: float
    intervals: tuple[CountedInterval, ...]
    mape_percent: float | None
    """None where the person counted nothing."""
    intervals_without_vehicles: int
    """Left out of the MAPE, because a percentage of 0 is undefined."""
    is_extrapolated: bool
    """The span is shorter than flows are usually counted: its GEH is a rough estimate."""


def accuracy(person: Sequence[TimedVehicle], system: Sequence[TimedVehicle], span_s: float) -> Accuracy:
    """Compare the vehicles that both counted in the same `span_s` seconds (above 0)."""
    person_types = [vehicle.vehicle_type for vehicle in person]
    system_types = [vehicle.vehicle_type for vehicle in system]
    found = intervals([vehicle.at_s for vehicle in person], [vehicle.at_s for vehicle in system], span_s)
    return Accuracy(
        total=_error(len(person), len(system), span_s),
        by_type={
            kind: _error(person_types.count(kind), system_types.count(kind), span_s)
            for kind in VehicleType
            if kind in person_types or kind in system_types
        },
        interval_s=interval_s(span_s),
        intervals=found,
        mape_percent=mape_percent((interval.person, interval.system) for interval in found),
        intervals_without_vehicles=sum(interval.person == 0 for interval in found),
        is_extrapolated=span_s < FLOW_COUNTED_S,
    )


def _error(person: int, system: int, span_s: float) -> Error:
    return Error(person, system, error_percent(person, system), geh(per_hour(system, span_s), per_hour(person, span_s)))

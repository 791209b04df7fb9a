"""The HTTP models of what a person says about the rows of a run, and the accuracy that follows."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from onwatch_contracts.values import Count, RunId, Seconds, Value, VehicleType, VideoId


class Verdict(StrEnum):
    """What a person says about a visit."""

    RIGHT = "right"
    WRONG = "wrong"
    """There is no vehicle, or it did not enter."""
    TWICE = "twice"
    """The vehicle is counted under another number already."""
    WRONG_TYPE = "wrong_type"


class MarkRequest(Value):
    verdict: Verdict
    vehicle_type: VehicleType | None = None
    """The right type of a vehicle whose type is wrong."""

    @model_validator(mode="after")
    def _names_the_right_type(self) -> Self:
        if (self.verdict is Verdict.WRONG_TYPE) != (self.vehicle_type is not None):
            raise ValueError("vehicle_type names the right type of a vehicle that is marked wrong_type, and only then")
        return self


class VisitMark(Value):
    vehicle_id: int
    visit_no: int
    zone_id: str
    verdict: Verdict
    vehicle_type: VehicleType | None


class MissedRequest(Value):
    at_s: Seconds
    """Of video time: when it entered."""
    vehicle_type: VehicleType = VehicleType.VEHICLE


class MissedVehicle(Value):
    """A vehicle that a person saw, and the run did not count."""

    missed_id: Annotated[int, Field(ge=1)]
    at_s: Seconds
    vehicle_type: VehicleType


class CountError(Value):
    person: Count
    system: Count
    error_percent: float | None
    """Of the person's count; None where that is 0."""
    geh: float
    """On flows scaled to an hour."""


class CountErrorInterval(Value):
    start_s: Seconds
    end_s: Seconds
    person: Count
    system: Count


class MarkedAccuracy(Value):
    """The run's count against the person's, over the vehicles that are marked and those that were missed."""

    total: CountError
    by_type: dict[VehicleType, CountError]
    interval_s: Seconds
    intervals: tuple[CountErrorInterval, ...]
    mape_percent: float | None
    """None where the person counted nothing."""
    is_extrapolated: bool
    """Less than a quarter of an hour was analysed: GEH is a rough estimate."""


class RunMarks(Value):
    """Marks belong to a run, whose rows never change: counting zones and gates again keeps them."""

    video_id: VideoId
    run_id: RunId
    marks: tuple[VisitMark, ...]
    missed: tuple[MissedVehicle, ...]
    vehicles_count: Count
    marked_vehicles_count: Count
    """Vehicles whose first visit is marked."""
    accuracy: MarkedAccuracy | None
    """None as long as nothing is marked."""

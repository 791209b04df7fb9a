"""The JSON shapes of the page's API; `page/src/contract.ts` repeats them by hand."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from onwatch_contracts.values import Count, Polygon, Seconds, Value, VehicleType

MarkId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Mark(Value):
    """One press of a key: the person saw a vehicle enter the region."""

    id: MarkId
    vehicle_type: VehicleType
    """`vehicle`: the person gave no type."""
    at_s: Seconds
    """Video time of the frame that was shown."""


class Entry(Value):
    """One vehicle counted by the system, at the start of its first visit."""

    vehicle_id: int
    vehicle_type: VehicleType
    at_s: Seconds


class Pair(Value):
    """A mark and the vehicle it is matched with."""

    mark: Mark
    entry: Entry


class Matching(Value):
    """Every mark and every vehicle, in exactly one of the three lists, each sorted by time."""

    pairs: tuple[Pair, ...]
    unmatched_marks: tuple[Mark, ...]
    unmatched_entries: tuple[Entry, ...]


class Counts(Value):
    """How many vehicles the person and the system counted, and the error."""

    person: Count
    system: Count
    error_percent: float | None
    """Of the person's count; None where that is 0."""
    geh: float
    """On flows scaled to an hour."""


class TypeCounts(Counts):
    vehicle_type: VehicleType


class Interval(Value):
    start_s: Seconds
    end_s: Seconds
    person: Count
    system: Count


class Comparison(Value):
    """The two counts over the part of the clip that the person watched."""

    until_s: Seconds
    total: Counts
    by_type: tuple[TypeCounts, ...]
    interval_s: Seconds
    intervals: tuple[Interval, ...]
    mape_percent: float | None
    """None where the person counted nothing."""
    intervals_without_vehicles: Count
    """Left out of the MAPE, because a percentage of 0 is undefined."""
    person_per_hour: float
    system_per_hour: float
    is_extrapolated: bool
    """The part is shorter than flows are usually counted: its GEH is a rough estimate."""
    matching: Matching
    tolerance_s: Seconds
    median_delay_s: float | None
    """Median delay of the key press after the system's entry, over the pairs."""
    detector_model: str | None
    changed_after_seen: bool
    """Marks were changed after the system's count was seen: the counts are not independent."""


# --- HTTP ----------------------------------------------------------------------------------------


class Progress(Value):
    """Progress of work in the background."""

    state: Literal["waiting", "working", "done", "failed"] = "waiting"
    fraction: float = Field(default=0.0, ge=0.0, le=1.0)
    reason: str | None = None


class Tally(Value):
    """The clip, and the progress of the background work. Contains nothing of the system's count."""

    file: str
    duration_s: Seconds
    fps: float
    width: int
    height: int
    roi: Polygon | None
    obstacle: str | None
    """Why a browser cannot play the file directly; it then gets a converted copy."""
    conversion: Progress
    analysis: Progress
    saved_as: str
    """The file in which the marks are stored."""


class Marks(Value):
    """The person's count so far. `until_s` is set once they are done."""

    marks: tuple[Mark, ...]
    until_s: Seconds | None


class MarkWanted(Value):
    vehicle_type: VehicleType
    at_s: Seconds


class DoneWanted(Value):
    until_s: Annotated[float, Field(gt=0.0)]

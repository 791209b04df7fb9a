"""What page and server of a tally say to each other; the page's `tally/contract.ts` has the same by hand."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from onwatch_contracts.values import Count, Polygon, Seconds, Value, VehicleType

MarkId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Mark(Value):
    """One press of a key: the person saw a vehicle enter the region."""

    id: MarkId
    vehicle_type: VehicleType
    """`vehicle`: the person did not say which."""
    at_s: Seconds
    """Video time of the picture that was shown."""


class Entry(Value):
    """One vehicle of the system, at the moment of its first visit."""

    vehicle_id: int
    vehicle_type: VehicleType
    at_s: Seconds


class Pair(Value):
    """A mark and a vehicle that are taken for the same."""

    mark: Mark
    entry: Entry


class Matching(Value):
    """Every mark and every vehicle, in exactly one of the three, each by time."""

    pairs: tuple[Pair, ...]
    unmatched_marks: tuple[Mark, ...]
    unmatched_entries: tuple[Entry, ...]


class Counts(Value):
    """How many vehicles the person and the system counted, and how far apart that is."""

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
    """The count of the system beside that of the person, over the part that the person watched."""

    until_s: Seconds
    total: Counts
    by_type: tuple[TypeCounts, ...]
    interval_s: Seconds
    intervals: tuple[Interval, ...]
    mape_percent: float | None
    """None where the person counted nothing."""
    intervals_without_vehicles: Count
    """Left out of the MAPE: there is nothing to take a percentage of."""
    person_per_hour: float
    system_per_hour: float
    is_extrapolated: bool
    """The part is shorter than flows are counted for: its GEH is a rough hint."""
    matching: Matching
    tolerance_s: Seconds
    median_delay_s: float | None
    """How long after the system the person pressed, over the pairs."""
    detector_model: str | None
    changed_after_seen: bool
    """Marks were changed when the count of the system had been seen: no longer an independent count."""


# --- HTTP ----------------------------------------------------------------------------------------


class Progress(Value):
    """Of work in the background."""

    state: Literal["waiting", "working", "done", "failed"] = "waiting"
    fraction: float = Field(default=0.0, ge=0.0, le=1.0)
    reason: str | None = None


class Tally(Value):
    """What there is to count, and how far the machine is. It tells nothing of what the system counted."""

    file: str
    duration_s: Seconds
    fps: float
    width: int
    height: int
    roi: Polygon | None
    obstacle: str | None
    """Why a browser cannot play the file as it is; it then gets a converted copy."""
    conversion: Progress
    analysis: Progress
    saved_as: str
    """The file that keeps the marks."""


class Marks(Value):
    """The person's count so far. `until_s` is set once they are done: it ends there."""

    marks: tuple[Mark, ...]
    until_s: Seconds | None


class MarkWanted(Value):
    vehicle_type: VehicleType
    at_s: Seconds


class DoneWanted(Value):
    until_s: Annotated[float, Field(gt=0.0)]

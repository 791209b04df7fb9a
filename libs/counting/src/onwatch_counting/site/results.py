"""What a count of a whole site has found: vehicles, visits of zones and crossings of gates. Times in video seconds."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_contracts.site import Direction
from onwatch_contracts.values import ExitReason
from onwatch_counting.evidence import SiteEvidence
from onwatch_geometry import Point

Span = tuple[float, float]
"""From and to, in seconds."""


@dataclass(frozen=True, slots=True)
class SiteVehicle:
    """One vehicle over the whole picture, whatever zones and gates it passed."""

    vehicle_id: int
    """1.. in the order of confirmation."""
    vehicle_type: str
    first_seen_s: float
    last_seen_s: float
    moving_s: float
    standing_s: float
    stops_count: int
    is_parked: bool
    """Stood from before the video, or for longer than the rules allow for traffic."""
    end_reason: ExitReason
    """`left`: seen to leave at the border of the picture."""
    speed_kmh: float | None = None
    """Mean over the calibrated area; None: without calibration, or outside of it."""
    speed_error_kmh: float | None = None


@dataclass(frozen=True, slots=True)
class ZoneVisit:
    """One visit of a zone. Of the region of interest it has the values of a row of the table `vehicles`."""

    zone_id: str
    row_no: int
    """Number of the vehicle in this zone, 1.. in the order in which they were counted."""
    visit_no: int
    """1.. per `row_no`."""
    vehicle_id: int | None
    """Of the `SiteVehicle`; None if the vehicle is confirmed in the zone only."""
    vehicle_type: str
    entered_at_s: float
    left_at_s: float
    exit_reason: ExitReason
    born_inside: bool
    moving_s: float
    standing_s: float
    stops_count: int
    is_parked: bool
    standing_spans_s: tuple[Span, ...] = ()
    """When it stood during the visit; ordered, without overlap. Their lengths add up to `standing_s`."""
    speed_kmh: float | None = None
    speed_error_kmh: float | None = None


@dataclass(frozen=True, slots=True)
class Crossing:
    """A vehicle crossed a gate."""

    gate_id: str
    vehicle_id: int
    crossing_no: int
    """1.. per vehicle and gate."""
    vehicle_type: str
    """The final type of the vehicle."""
    at_s: float
    direction: Direction
    position: Point
    """Where the path of its anchor met the gate."""
    speed_kmh: float | None = None
    speed_error_kmh: float | None = None
    headway_s: float | None = None
    """Since the vehicle before it crossed the gate in this direction, front to front; None: it is the first."""
    gap_s: float | None = None
    """The same, from the rear of that vehicle; None without calibration."""


@dataclass(frozen=True, slots=True)
class SiteResults:
    """All rows of one count. The order of each tuple is part of the result."""

    vehicles: tuple[SiteVehicle, ...] = ()
    """By `vehicle_id`."""
    visits: tuple[ZoneVisit, ...] = ()
    """By zone, in the order of the site; then by `row_no` and `visit_no`."""
    crossings: tuple[Crossing, ...] = ()
    """By gate, in the order of the site; then by time and `vehicle_id`."""
    unconfirmed_tracks_count: int = 0
    """Tracks that never became a vehicle: seen once, or too short."""
    evidence: SiteEvidence | None = None
    """Where it was asked for."""

"""What is counted in a video besides its region of interest: zones, gates, movements, scale and time of recording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_contracts.values import (
    DEFAULT_ZONE_ID,
    ID_PATTERN,
    WHOLE_FRAME,
    Anchor,
    Count,
    DwellTime,
    Point,
    Polygon,
    Timestamp,
    Value,
)

ItemId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
ItemName = Annotated[str, Field(min_length=1, max_length=100)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
TypeName = Annotated[str, Field(min_length=1, max_length=64)]
"""A `VehicleType`, or the class name of a custom model."""
CountedTypes = Annotated[tuple[TypeName, ...], Field(min_length=1, max_length=64)] | None
"""The types that count; None: all."""
GatePoints = Annotated[tuple[Point, ...], Field(min_length=2, max_length=16)]
TimeZone = Annotated[str, Field(min_length=1, max_length=64)]
"""A name of the IANA database, like `Europe/Berlin`."""

MAX_ITEMS = 64
"""Zones, gates or movements of one video."""

Direction = Literal["forward", "backward"]
"""Forward is across a gate from its left to its right, seen by someone who walks from its first point to its last."""


class SiteZone(Value):
    """An area in which vehicles and their dwell times are counted by the rules of the region of interest."""

    zone_id: ItemId
    name: ItemName
    color: Color = "#2f6fed"
    polygon: Polygon
    anchor: Anchor = Anchor.BOTTOM_CENTER
    vehicle_types: CountedTypes = None


class Gate(Value):
    """A line that vehicles cross, counted by direction. Only the line itself counts, not its extension."""

    gate_id: ItemId
    name: ItemName
    color: Color = "#e5484d"
    points: GatePoints
    anchor: Anchor = Anchor.BOTTOM_CENTER
    vehicle_types: CountedTypes = None
    forward_name: ItemName = "forward"
    backward_name: ItemName = "backward"


class MovementStep(Value):
    """One gate of a movement; without a direction, both count."""

    gate_id: ItemId
    direction: Direction | None = None


class Movement(Value):
    """A named sequence of gates, like a left turn: vehicles that crossed them in this order and no others between."""

    movement_id: ItemId
    name: ItemName
    steps: Annotated[tuple[MovementStep, ...], Field(min_length=1, max_length=16)]


ROI_ZONE = SiteZone(zone_id=DEFAULT_ZONE_ID, name="Region of interest", polygon=WHOLE_FRAME)


class Site(Value):
    """Everything that decides how a video's detections are counted. The first zone is the region of interest."""

    zones: Annotated[tuple[SiteZone, ...], Field(min_length=1, max_length=MAX_ITEMS)] = (ROI_ZONE,)
    gates: Annotated[tuple[Gate, ...], Field(max_length=MAX_ITEMS)] = ()
    movements: Annotated[tuple[Movement, ...], Field(max_length=MAX_ITEMS)] = ()
    calibration: CalibrateCoordinates | None = None
    aspect_ratio: float = Field(default=16 / 9, gt=0)
    """Width of the picture as shown divided by its height; points are fractions of both."""
    recorded_at: Timestamp | None = None
    """Clock time of the first picture; None: unknown, and times are those of the video."""
    time_zone: TimeZone | None = None
    """Where it was recorded; None: as `recorded_at` was given."""

    @property
    def is_roi_only(self) -> bool:
        """Whether nothing is counted besides the region of interest."""
        return len(self.zones) == 1 and not self.gates


class ZoneCounts(Value):
    """The numbers of one zone, as the totals of a run are those of its region of interest."""

    zone_id: ItemId
    total_vehicles_count: Count = 0
    current_vehicles_count: Count = 0
    visits_count: Count = 0
    vehicle_type: Mapping[TypeName, Count] = Field(default_factory=dict)
    vehicle_dwell_time: DwellTime = DwellTime()


class GateCounts(Value):
    """The crossings of one gate, by type."""

    gate_id: ItemId
    forward: Mapping[TypeName, Count] = Field(default_factory=dict)
    backward: Mapping[TypeName, Count] = Field(default_factory=dict)


class SiteCounts(Value):
    """The numbers of all zones and gates after a batch."""

    zones: tuple[ZoneCounts, ...] = ()
    gates: tuple[GateCounts, ...] = ()

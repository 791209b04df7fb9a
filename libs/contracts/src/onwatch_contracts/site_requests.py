"""The HTTP models of zones, gates, movements and the time of recording, and the file format of a site."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_contracts.site import (
    MAX_ITEMS,
    Color,
    CountedTypes,
    Gate,
    GatePoints,
    ItemId,
    ItemName,
    Movement,
    MovementStep,
    Site,
    SiteZone,
    TimeZone,
)
from onwatch_contracts.values import Anchor, Point, Polygon, Timestamp, Value, VideoId

Place = Annotated[int, Field(ge=1, le=MAX_ITEMS)]
"""From 1; a place beyond the last is the last."""
MAX_SITE_FILE_BYTES = 1024 * 1024
"""64 zones of 64 points and 64 gates of 16 have 230 KiB at full precision, 520 KiB with a line for each number."""
_SITE_FILE_PATH = re.compile(r"^/api/videos/[^/]+/site$")
Steps = Annotated[tuple[MovementStep, ...], Field(min_length=1, max_length=16)]

# --- zones ---------------------------------------------------------------------------------------


class NewZone(Value):
    """A zone to add. Without an id it gets one from its name, without a color one that is free."""

    zone_id: ItemId | None = None
    name: ItemName
    color: Color | None = None
    polygon: Polygon
    anchor: Anchor = Anchor.BOTTOM_CENTER
    vehicle_types: CountedTypes = None
    position: Place | None = None


class ZonePatch(Value):
    """Only the fields present are changed; `vehicle_types` may be set to null: all count."""

    name: ItemName | None = None
    color: Color | None = None
    polygon: Polygon | None = None
    anchor: Anchor | None = None
    vehicle_types: CountedTypes = None
    position: Place | None = None


class PlacedZone(SiteZone):
    """A zone and its place among the zones of its video."""

    position: Place
    note: str | None = None
    """After a change, for a person: when the video is counted with it."""


class ZoneList(Value):
    """In their order; the first is the region of interest."""

    items: tuple[PlacedZone, ...]


# --- gates ---------------------------------------------------------------------------------------


class NewGate(Value):
    """A gate to add. Without an id it gets one from its name, without a color one that is free."""

    gate_id: ItemId | None = None
    name: ItemName
    color: Color | None = None
    points: GatePoints
    anchor: Anchor = Anchor.BOTTOM_CENTER
    vehicle_types: CountedTypes = None
    forward_name: ItemName = "forward"
    backward_name: ItemName = "backward"
    position: Place | None = None


class GatePatch(Value):
    """Only the fields present are changed; `vehicle_types` may be set to null: all count."""

    name: ItemName | None = None
    color: Color | None = None
    points: GatePoints | None = None
    anchor: Anchor | None = None
    vehicle_types: CountedTypes = None
    forward_name: ItemName | None = None
    backward_name: ItemName | None = None
    position: Place | None = None


class PlacedGate(Gate):
    """A gate and its place among the gates of its video."""

    position: Place
    note: str | None = None
    """After a change, for a person: when the video is counted with it."""


class GateList(Value):
    """In their order."""

    items: tuple[PlacedGate, ...]


# --- movements -----------------------------------------------------------------------------------


class NewMovement(Value):
    """A movement to add. Without an id it gets one from its name."""

    movement_id: ItemId | None = None
    name: ItemName
    steps: Steps
    position: Place | None = None


class MovementPatch(Value):
    """Only the fields present are changed."""

    name: ItemName | None = None
    steps: Steps | None = None
    position: Place | None = None


class PlacedMovement(Movement):
    """A movement and its place among the movements of its video."""

    position: Place
    note: str | None = None
    """After a change, for a person: when the video is counted with it."""


class MovementList(Value):
    """In their order."""

    items: tuple[PlacedMovement, ...]


# --- when the video was recorded -----------------------------------------------------------------


class Recording(Value):
    """When a video was recorded, and how that is known."""

    recorded_at: Timestamp | None
    """Clock time of the first picture; None: unknown, and times are those of the video."""
    time_zone: TimeZone | None
    """None: unknown; the clock is then the one of the UTC offset in `recorded_at`."""
    source: Literal["container", "file_name", "person", "none"]


class RecordingPatch(Value):
    """Only the fields present are changed; null: unknown."""

    recorded_at: datetime | None = None
    """Without a UTC offset it is the clock of the time zone, which has to be known."""
    time_zone: TimeZone | None = None
    """Keeps the moment; only the time from a name of a file keeps what its clock showed."""


# --- the whole site ------------------------------------------------------------------------------


class SiteCopy(Value):
    """Replace zones, gates, movements and calibration by those of another video, as of the same camera."""

    from_video_id: VideoId


class SiteChange(Value):
    """A site after a change."""

    revision: int
    site: Site
    note: str
    """For a person: when the video is counted with it."""


class PolygonGeometry(Value):
    """One ring, closed or not; coordinates are fractions of the picture's width and height, from the top left."""

    type: Literal["Polygon"]
    coordinates: tuple[Annotated[tuple[Point, ...], Field(min_length=3, max_length=65)]]


class LineGeometry(Value):
    """From the first point to the last; coordinates as in a polygon."""

    type: Literal["LineString"]
    coordinates: GatePoints


class FeatureProperties(Value):
    """Of a zone (a polygon) or a gate (a line), which alone has names of its directions."""

    name: ItemName
    color: Color | None = None
    anchor: Anchor = Anchor.BOTTOM_CENTER
    vehicle_types: CountedTypes = None
    forward_name: ItemName | None = None
    backward_name: ItemName | None = None


class SiteFeature(Value):
    """A zone or a gate. Without an id it gets one from its name; the zone `roi` is the region of interest."""

    type: Literal["Feature"]
    id: ItemId | None = None
    properties: FeatureProperties
    geometry: Annotated[PolygonGeometry | LineGeometry, Field(discriminator="type")]


def is_site_file(method: str, path: str) -> bool:
    """Whether the body of a request is a `SiteFile`, which may be larger than others."""
    return method == "PUT" and _SITE_FILE_PATH.match(path) is not None


class SiteFile(Value):
    """A site as a file like GeoJSON, with coordinates of the picture. It replaces all zones, gates and movements.

    The region of interest, `calibration`, `recorded_at` and `time_zone` stay as they are if it does not have them.
    """

    type: Literal["FeatureCollection"]
    onwatch_site: Literal[1] = 1
    """Version of the format."""
    features: Annotated[tuple[SiteFeature, ...], Field(max_length=2 * MAX_ITEMS)]
    movements: Annotated[tuple[Movement, ...], Field(max_length=MAX_ITEMS)] = ()
    calibration: CalibrateCoordinates | None = None
    recorded_at: Timestamp | None = None
    time_zone: TimeZone | None = None

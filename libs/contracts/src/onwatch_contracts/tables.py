"""The HTTP models of what is counted in zones and at gates: results, flows, interval tables and recounts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from onwatch_contracts.site import Direction, ItemId, ItemName, TypeName
from onwatch_contracts.values import Count, DwellTime, ExitReason, Point, RunId, Seconds, Timestamp, Value, VideoId

Share = Annotated[float, Field(ge=0.0, le=1.0)]
TypeCounts = Mapping[TypeName, Count]
"""By type; only types that occurred."""
SpeedKmh = Annotated[float, Field(ge=0.0)]


# --- recounts ------------------------------------------------------------------------------------


class RecountStatus(StrEnum):
    NONE = "none"
    """Nothing can be counted yet: the video has no finished run, or that has no log of detections."""
    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class CountedWith(Value):
    """What results were counted from."""

    run_id: RunId
    revision: Count
    """Of the site; 0: it was never changed."""
    counted_at: Timestamp


class VideoRecount(Value):
    """The newest recount of a video. Until it is finished, the results of the one before stay."""

    video_id: VideoId
    state: RecountStatus
    detail: str
    """For a person, in English: what happens, or what is missing."""
    progress: Share
    """The share of the video that is counted."""
    run_id: RunId | None
    revision: Count | None
    requested_at: Timestamp | None
    finished_at: Timestamp | None
    results: CountedWith | None
    """The results that are there now."""


# --- results -------------------------------------------------------------------------------------


class TypeGroup(Value):
    """A type that occurs, and its group in the scheme of this installation."""

    vehicle_type: TypeName
    group: str
    """A type in no group is one of its own."""
    is_heavy: bool


class TypeBalance(Value):
    """`entries = exits + inside + lost`, for each type."""

    entries: TypeCounts
    exits: TypeCounts
    """Seen to leave."""
    inside: TypeCounts
    """Still there at the end of the video."""
    lost: TypeCounts
    """Not detected any more, without having been seen to leave."""


class ZoneResults(Value):
    """The numbers of one zone, as the totals of a run are those of its region of interest."""

    zone_id: ItemId
    name: ItemName
    total_vehicles_count: Count
    current_vehicles_count: Count
    """0: the video is finished."""
    visits_count: Count
    vehicle_type: TypeCounts
    vehicle_dwell_time: DwellTime
    balance: TypeBalance
    """Of visits."""
    moving_s: Seconds
    standing_s: Seconds
    """Of all visits together."""
    stops_count: Count
    parked_visits_count: Count
    longest_queue: Count
    """The most vehicles standing at one time."""
    mean_speed_kmh: SpeedKmh | None
    """Over visits with a speed; None without calibration."""


class DirectionResults(Value):
    """The crossings of a gate in one direction."""

    name: ItemName
    total: Count
    vehicle_type: TypeCounts
    mean_speed_kmh: SpeedKmh | None
    mean_headway_s: Seconds | None
    mean_gap_s: Seconds | None


class GateResults(Value):
    gate_id: ItemId
    name: ItemName
    forward: DirectionResults
    backward: DirectionResults


class UnassignedVehicles(Value):
    """Vehicles without origin and destination, by the reason."""

    passed: Literal["none", "one"]
    """How many gates (or zones) they passed; a flow needs two."""
    origin: ItemId | None
    """The only one, if there is one."""
    end_reason: ExitReason
    vehicle_type: TypeCounts
    reason: str
    """For a person, in English."""


class VideoResults(Value):
    """What is counted in all zones and at all gates of a video. Empty until its first recount is finished."""

    video_id: VideoId
    counted_with: CountedWith | None
    recount: VideoRecount
    includes_parked: bool
    observed_share: Share
    """The share of the video that was analysed."""
    types: tuple[TypeGroup, ...]
    zones: tuple[ZoneResults, ...]
    gates: tuple[GateResults, ...]
    vehicles_count: Count
    """Over the whole picture."""
    balance: TypeBalance
    """Of vehicles over the whole picture: exits are those seen to leave it."""
    unassigned: tuple[UnassignedVehicles, ...]
    """Vehicles that passed fewer than two gates."""
    unconfirmed_tracks_count: Count
    """Tracks that are no vehicle, seen once or too short: counted nowhere."""


# --- flows ---------------------------------------------------------------------------------------


class Place(Value):
    """A gate or a zone of a flow table."""

    id: ItemId
    name: ItemName


class FlowCell(Value):
    """Vehicles whose first place was the origin and whose last one was the destination."""

    origin: ItemId
    destination: ItemId
    total: Count
    vehicle_type: TypeCounts


class FlowStep(Value):
    id: ItemId
    direction: Direction | None
    """Of a gate."""


class FlowPath(Value):
    """Vehicles that passed exactly these places in this order."""

    steps: tuple[FlowStep, ...]
    total: Count
    vehicle_type: TypeCounts


class MovementResults(Value):
    movement_id: ItemId
    name: ItemName
    total: Count
    vehicle_type: TypeCounts


class VideoFlows(Value):
    """The origin-destination matrix. Every vehicle is in one cell or in one group of unassigned ones."""

    video_id: VideoId
    counted_with: CountedWith | None
    over: Literal["gates", "zones"]
    includes_parked: bool
    places: tuple[Place, ...]
    flows: tuple[FlowCell, ...]
    """Without empty cells; in the order of the places."""
    paths: tuple[FlowPath, ...]
    """The most frequent first."""
    movements: tuple[MovementResults, ...]
    """Also those that nobody made."""
    without_movement: TypeCounts
    """Vehicles that crossed two gates or more, and made none of the movements."""
    unassigned: tuple[UnassignedVehicles, ...]
    balance: TypeBalance
    """Of vehicles that passed a place: exits are those that passed another one, or were seen to leave the picture."""
    vehicles_count: Count
    unconfirmed_tracks_count: Count
    visits_without_vehicle_count: Count
    """Visits of zones by something that is confirmed as a vehicle in the zone only; 0 over gates."""


# --- rows ----------------------------------------------------------------------------------------


class VisitRow(Value):
    """One visit of a zone."""

    zone_id: ItemId
    row_no: Annotated[int, Field(ge=1)]
    """Number of the vehicle in this zone."""
    visit_no: Annotated[int, Field(ge=1)]
    vehicle_id: int | None
    """Number of the vehicle over the whole picture; None if it is confirmed in the zone only."""
    vehicle_type: TypeName
    group: str
    entered_at_s: Seconds
    left_at_s: Seconds
    entered_at: Timestamp | None
    """Clock time; None: not known when the video was recorded."""
    left_at: Timestamp | None
    vehicle_dwell_time_s: Seconds
    exit_reason: ExitReason
    born_inside: bool
    moving_s: Seconds
    standing_s: Seconds
    stops_count: Count
    is_parked: bool
    speed_kmh: SpeedKmh | None
    speed_error_kmh: SpeedKmh | None


class VisitPage(Value):
    """By zone, then by vehicle and visit. `next_cursor` is None on the last page."""

    video_id: VideoId
    counted_with: CountedWith | None
    items: tuple[VisitRow, ...]
    next_cursor: str | None


class CrossingRow(Value):
    """A vehicle crossed a gate."""

    gate_id: ItemId
    vehicle_id: int
    crossing_no: Annotated[int, Field(ge=1)]
    vehicle_type: TypeName
    group: str
    at_s: Seconds
    at: Timestamp | None
    direction: Direction
    direction_name: ItemName
    position: Point
    """Where the path of its anchor met the gate."""
    is_parked: bool
    speed_kmh: SpeedKmh | None
    speed_error_kmh: SpeedKmh | None
    headway_s: Seconds | None
    gap_s: float | None


class CrossingPage(Value):
    """By gate, then by time. `next_cursor` is None on the last page."""

    video_id: VideoId
    counted_with: CountedWith | None
    items: tuple[CrossingRow, ...]
    next_cursor: str | None


# --- intervals -----------------------------------------------------------------------------------


class SeriesKey(Value):
    """What one column of a table counts; fields that it is not divided by are None."""

    gate: ItemName | None = None
    zone: ItemName | None = None
    movement: ItemName | None = None
    direction: Direction | None = None
    direction_name: ItemName | None = None
    vehicle_type: TypeName | None = None
    group: str | None = None


class ZoneQueue(Value):
    """Vehicles standing in a zone during an interval."""

    zone: ItemName
    longest: Count
    mean: Annotated[float, Field(ge=0)]
    """Weighted by time."""


class CountsRow(Value):
    """One interval."""

    from_s: float
    """Since the start of the first video; below 0 where the interval begins before it."""
    to_s: float
    starts_at: Timestamp | None
    """By the clock of the place, with its offset; None: not known when the video was recorded."""
    ends_at: Timestamp | None
    observed_share: Share
    """The share of the interval that was analysed, of the item with the least."""
    counts: tuple[Count | None, ...]
    """In the order of `series`; None: nothing of the interval was analysed."""
    total: Count | None
    queues: tuple[ZoneQueue, ...]
    """Of zones; those that were not observed are left out."""


class PeakHourOf(Value):
    """The hour with the most vehicles among those that were observed completely."""

    item: ItemName | None
    """A gate, zone or movement; None: all of them."""
    from_s: float
    to_s: float
    starts_at: Timestamp | None
    ends_at: Timestamp | None
    total: Count
    peak_hour_factor: Annotated[float, Field(gt=0, le=1)] | None
    """Vehicles of the hour / (intervals of the hour x vehicles of its busiest interval)."""
    heavy_share: Share | None
    """Of vehicles whose type is known."""


class CountsTable(Value):
    """Counts by interval. Empty intervals are 0; those that were not analysed are None."""

    video_ids: tuple[VideoId, ...]
    counted_with: tuple[CountedWith, ...]
    """Of each video."""
    counted: Literal["gates", "zones", "movements"]
    interval_s: Annotated[int, Field(ge=1)]
    time_zone: str | None
    recorded_at: Timestamp | None
    """Clock time of the first picture of the first video."""
    includes_parked: bool
    type_scheme: str
    types: tuple[TypeGroup, ...]
    series: tuple[SeriesKey, ...]
    rows: tuple[CountsRow, ...]
    totals: tuple[Count, ...]
    """In the order of `series`, over what was observed."""
    total: Count
    heavy_share: Share | None
    peak_hours: tuple[PeakHourOf, ...]
    """Of everything, then of each item; left out if no hour was observed completely."""
    notes: tuple[str, ...]
    """For a person, in English."""

"""The HTTP models of playback: parts of the log of detections, and where each visit is seen."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onwatch_contracts.values import Coordinate, RunId, Seconds, Value, VideoId

LoggedEdge = Annotated[int, Field(ge=0)]
LoggedBoxRow = tuple[int, int, LoggedEdge, LoggedEdge, LoggedEdge, LoggedEdge]
"""Track, index of its type in `types`, then left, top, right and bottom in steps of 1 / `resolution` of the picture."""


class PictureBoxes(Value):
    """What the tracker saw in one analysed picture."""

    at_s: Seconds
    boxes: tuple[LoggedBoxRow, ...]


class DetectionsPart(Value):
    """The pictures of a span of video time, as the log of a finished run has them."""

    video_id: VideoId
    run_id: RunId | None
    """None: no run of the video is finished."""
    from_s: Seconds
    to_s: Seconds
    has_log: bool
    """Whether the run has a log at all: one of an earlier version has none, and logs may be removed after a time."""
    resolution: int
    types: tuple[str, ...]
    pictures: tuple[PictureBoxes, ...]


class VisitSighting(Value):
    """The picture and the box in which the vehicle of a visit is seen best."""

    vehicle_id: int
    visit_no: int
    zone_id: str
    track_id: int
    """With which the visit began: the vehicle's number in playback."""
    at_s: Seconds
    left: Coordinate
    top: Coordinate
    right: Coordinate
    bottom: Coordinate


class VisitSightings(Value):
    """By vehicle and visit. Visits whose track is not found are left out."""

    video_id: VideoId
    run_id: RunId | None
    has_log: bool
    items: tuple[VisitSighting, ...]

"""The HTTP models of how sure a count is: how well each visit was seen, and between which numbers the totals lie."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from onwatch_contracts.site import ItemId
from onwatch_contracts.values import Count, RunId, Seconds, Value, VideoId

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Weakness(StrEnum):
    """What speaks against a visit."""

    UNSEEN = "unseen"
    """In some of its pictures nothing was detected."""
    GAP = "gap"
    """It was not detected for long at a stretch."""
    UNSURE = "unsure"
    """Its detections have little confidence."""
    FEW = "few"
    """It has few detections."""
    BROKEN = "broken"
    """It was lost and found again."""
    LOST = "lost"
    """It was not seen to leave."""
    CUT_OFF = "cut_off"
    """The border of the picture cuts it off."""
    TYPE = "type"
    """Its detections disagree about the type."""


class VisitEvidence(Value):
    """How well one visit was seen. Detections are those in pictures that were looked at, from the last one at or before
    the begin of the visit to the first one at or after its end."""

    zone_id: ItemId
    vehicle_id: Annotated[int, Field(ge=1)]
    """Number of the vehicle in this zone: as in the table of vehicles, and `row_no` of the visits of other zones."""
    visit_no: Annotated[int, Field(ge=1)]
    detections_count: Count
    seen_share: Share
    """Detections per analysed picture."""
    longest_gap_s: Seconds
    """From one detection to the next, where pictures between them show none."""
    mean_confidence: Share
    type_margin: Share
    """By how much the first type leads the second one, as a share of all votes."""
    tracks_count: Count
    """More than 1: it was lost and found again."""
    touches_border: bool
    born_inside: bool
    ended_inside: bool
    """It was not seen to leave: it was lost, or the video ended."""
    false_probability: Share
    """That the vehicle is none, or was counted already."""
    is_weak: bool
    weaknesses: tuple[Weakness, ...]
    """What weighs most first."""


class UnknownReason(StrEnum):
    """Why nothing can be said about a total."""

    NOTHING_ANALYSED = "nothing_analysed"
    NOTHING_DETECTED = "nothing_detected"
    """Nowhere in the picture, in the whole video: there was no vehicle, or none can be detected in such pictures."""
    MODEL_DETECTS_TOO_LITTLE = "model_detects_too_little"
    """The model detects almost nothing where there is motion."""


class TotalCertainty(Value):
    """The total of a zone, and how sure it is."""

    zone_id: ItemId
    total_vehicles_count: Count
    low: Count
    high: Count | None
    """With a probability of `level` the true total is from `low` to `high`; None: nothing is known above."""
    weak_vehicles_count: Count
    """Counted vehicles that hang on weak evidence."""
    unconfirmed_tracks_count: Count
    """Tracks in the zone that are no vehicle, seen once or too short: not counted."""
    unknown_reason: UnknownReason | None
    """Set if the total says nothing."""


class VideoEvidence(Value):
    """How sure the counts of a finished run are. A function of its log of detections, zones and gates alone."""

    video_id: VideoId
    run_id: RunId | None
    """None: no run of the video is finished."""
    revision: Count | None
    """Of the site whose zones are in it; None: only the region of interest of the run."""
    has_log: bool
    """Without a log of detections nothing can be said."""
    level: Share
    zones: tuple[TotalCertainty, ...]
    """The region of interest of the run, then the other zones of the site."""
    items: tuple[VisitEvidence, ...]
    """In the order of the zones, then by vehicle and visit."""

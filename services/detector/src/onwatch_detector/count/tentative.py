"""Decides when a tentative track is a vehicle. Pure.

A model finds vehicles where there are none: an arrow on the road, a sign, the shadow of a pole. Such a detection is
weak, is repeated, and does not move. A vehicle comes over the border of the picture, is found with confidence, or
moves. Until then its track is tentative: it has no id, and is neither logged nor counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from onwatch_counting.vehicles import TOLERANCE_S
from onwatch_geometry import Box, intersection_over_union

START_S = 1.0  # nothing is known of what was before the video: what is there at its start may have stopped before it
SURE_CONFIDENCE = 0.6  # found once with this, it is a vehicle
MEAN_CONFIDENCE = 0.5  # or with this on average, over all pictures since it was first found, ...
MEAN_S = 0.2  # ... and at least this time
BORDER = 0.01  # of the picture: closer to its border, a vehicle comes in
MOVED_BOXES = 0.25  # the zone rules take less for jitter
SAME_PLACE_IOU = 0.2

# A box that was never found with the confidence that begins a track is a vehicle once it was found this often, over
# this time, and moved this far, in boxes. The last limit is of that, times the share of the pictures in which it was
# found: what moves on by several boxes is no thing on the road, however seldom it is found.
WEAK_DETECTIONS = 4
WEAK_S = 0.2
WEAK_MOVED_BOXES = 0.5
WEAK_SEEN_AND_MOVED = 0.35


@dataclass(slots=True)
class Candidate:
    """What is known of a tentative track."""

    box: Box
    """The first one; edges in pixels."""
    since_s: float
    pictures: int = 0
    """Since then, also those without a detection."""
    detections: int = 0
    confidence: float = 0.0
    """The sum over its detections."""

    def see(self, confidence: float) -> None:
        self.detections += 1
        self.confidence += confidence


@dataclass(frozen=True, slots=True)
class Scene:
    """What else decides, the same for all candidates of a picture."""

    timestamp_s: float
    size: tuple[int, int] | None
    """Width and height of the picture; None: nothing is at its border."""
    begins: float
    """The confidence that begins a track."""
    left: tuple[Box, ...] = ()
    """Where vehicles were last seen whose tracks have just ended."""


def is_vehicle(candidate: Candidate, box: Box, confidence: float, scene: Scene) -> bool:
    """Whether the candidate is one, at its newest detection."""
    moved = moved_boxes(candidate.box, box)
    age_s = scene.timestamp_s - candidate.since_s + TOLERANCE_S
    if confidence < scene.begins:
        return age_s >= WEAK_S and _is_seen_moving(candidate, moved)
    return (
        scene.timestamp_s <= START_S + TOLERANCE_S
        or confidence >= SURE_CONFIDENCE
        or _is_at_border(candidate.box, scene.size)
        or moved >= MOVED_BOXES
        or (age_s >= MEAN_S and candidate.confidence >= MEAN_CONFIDENCE * candidate.pictures)
        or _is_at_any(scene.left, box)
    )


def moved_boxes(before: Box, now: Box) -> float:
    """How far both edges of both directions have moved, in sizes of the box: growing or being hidden is no movement."""
    across = _moved(before[0], before[2], now[0], now[2])
    return math.hypot(across, _moved(before[1], before[3], now[1], now[3]))


def _moved(low: float, high: float, new_low: float, new_high: float) -> float:
    first, second = new_low - low, new_high - high
    if first * second <= 0:
        return 0.0
    return min(abs(first), abs(second)) / ((high - low + new_high - new_low) / 2)


def _is_seen_moving(candidate: Candidate, moved: float) -> bool:
    """`moved`: in boxes."""
    is_certain = candidate.detections * moved >= WEAK_SEEN_AND_MOVED * candidate.pictures
    return candidate.detections >= WEAK_DETECTIONS and moved >= WEAK_MOVED_BOXES and is_certain


def _is_at_border(box: Box, size: tuple[int, int] | None) -> bool:
    if size is None:
        return False
    across, down = BORDER * size[0], BORDER * size[1]
    return box[0] <= across or box[1] <= down or box[2] >= size[0] - across or box[3] >= size[1] - down


def _is_at_any(places: Iterable[Box], box: Box) -> bool:
    return any(intersection_over_union(place, box) > SAME_PLACE_IOU for place in places)

"""Measures how well visits were seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from onwatch_contracts.values import ExitReason
from onwatch_counting.evidence.detections import AnalysedPictures, VehicleDetections
from onwatch_counting.log import CONFIDENCE_STEPS
from onwatch_counting.vehicles import EDGE


@dataclass(frozen=True, slots=True)
class VisitTimes:
    """The visit itself."""

    zone_id: str
    row_no: int
    visit_no: int
    entered_at_s: float
    left_at_s: float
    exit_reason: ExitReason
    born_inside: bool


@dataclass(frozen=True, slots=True)
class VisitEvidence:
    """How well one visit was seen. Detections are those in pictures that were inferred, from the last one at or before
    the visit's begin to the first one at or after its end."""

    zone_id: str
    row_no: int
    visit_no: int
    detections_count: int
    """0: the vehicle of the visit cannot be told."""
    seen_share: float
    """Detections per analysed picture."""
    longest_gap_s: float
    """From one detection to the next, where pictures between them show none; 0: it was detected in every picture."""
    mean_confidence: float
    type_margin: float
    """By how much the first type leads the second one, as a share of all votes; 1: there is only one."""
    tracks_count: int
    """More than 1: it was lost and found again."""
    touches_border: bool
    """Some of its boxes touch the border of the picture, which may cut off the vehicle."""
    born_inside: bool
    ended_inside: bool
    """It was not seen to leave: it was lost, or the video ended."""


@dataclass(frozen=True, slots=True)
class SiteEvidence:
    """Of a whole count."""

    visits: tuple[VisitEvidence, ...] = ()
    """One for each visit, in the order of these."""
    unconfirmed_tracks: Mapping[str, int] | None = None
    """By zone: tracks that were in it and never became a vehicle."""
    pictures_count: int = 0
    """Analysed pictures that were inferred."""
    detections_count: int = 0
    """In all of them, of whatever is tracked anywhere in the picture."""


def visit_evidence(visit: VisitTimes, seen: VehicleDetections | None, pictures: AnalysedPictures) -> VisitEvidence:
    """A function of the log and the visit alone. `seen` is None if the vehicle cannot be told."""
    start, end = seen.around(visit.entered_at_s, visit.left_at_s) if seen is not None else (0, 0)
    count = end - start
    share = gap_s = confidence = margin = 0.0
    tracks_count, touches_border = 0, False
    if seen is not None and count > 0:
        times_s, boxes = seen.times_s[start:end], seen.boxes[start:end]
        numbers = pictures.numbers(times_s)
        share = min(1.0, count / (1 + int(numbers[-1] - numbers[0])))
        gaps_s = np.diff(times_s)[np.diff(numbers) > 1]
        gap_s = float(gaps_s.max(initial=0.0))
        confidence = int(seen.confidences[start:end].sum()) / count / CONFIDENCE_STEPS
        margin = _margin(sorted(seen.votes(start, end).values()))
        tracks_count = 1 + int(np.count_nonzero(np.diff(seen.track_ids[start:end])))
        touches_border = bool((boxes[:, :2] <= EDGE).any() or (boxes[:, 2:] >= 1 - EDGE).any())
    return VisitEvidence(
        zone_id=visit.zone_id,
        row_no=visit.row_no,
        visit_no=visit.visit_no,
        detections_count=count,
        seen_share=share,
        longest_gap_s=gap_s,
        mean_confidence=confidence,
        type_margin=margin,
        tracks_count=tracks_count,
        touches_border=touches_border,
        born_inside=visit.born_inside,
        ended_inside=visit.exit_reason is not ExitReason.LEFT,
    )  # fmt: skip


def _margin(votes: list[int]) -> float:
    """Of votes in ascending order."""
    total = sum(votes)
    second = votes[-2] if len(votes) > 1 else 0
    return (votes[-1] - second) / total if total else 0.0

"""What speaks against a visit, as numbers: 0 where it was seen as well as can be, 1 at the worst."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from onwatch_counting.evidence.visits import VisitEvidence

Weakness = Literal["unseen", "gap", "unsure", "few", "broken", "lost", "cut_off", "type"]
WEAKNESSES: tuple[Weakness, ...] = get_args(Weakness)

LONG_GAP_S = 3.0
SURE_CONFIDENCE = 0.7
"""Detections of vehicles that are seen whole and near have at least this."""
MANY_DETECTIONS = 10
MANY_TRACKS = 3


def weaknesses(seen: VisitEvidence) -> Mapping[Weakness, float]:
    """Of one visit. Without detections of its own everything speaks against it."""
    if not seen.detections_count:
        return dict.fromkeys(WEAKNESSES, 1.0)
    unseen, unsure = 1 - seen.seen_share, max(0.0, 1 - seen.mean_confidence / SURE_CONFIDENCE)
    blurred = 1 - (1 - unseen) * (1 - unsure)
    return {
        "unseen": unseen,
        "gap": min(1.0, seen.longest_gap_s / LONG_GAP_S),
        "unsure": unsure,
        "few": blurred * max(0.0, 1 - seen.detections_count / MANY_DETECTIONS),
        "broken": min(1.0, (seen.tracks_count - 1) / (MANY_TRACKS - 1)),
        "lost": blurred * seen.ended_inside,
        "cut_off": float(seen.touches_border),
        "type": 1 - seen.type_margin,
    }

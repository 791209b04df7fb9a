"""How well what is counted was seen, and how sure the totals are."""

from onwatch_counting.evidence.certainty import (
    LEVEL,
    Coefficients,
    Doubt,
    TotalInterval,
    best_seen,
    doubt,
    fitted,
    missed_mean,
    scene_factors,
    total_interval,
)
from onwatch_counting.evidence.detections import AnalysedPictures, VehicleDetections
from onwatch_counting.evidence.visits import SiteEvidence, VisitEvidence, VisitTimes, visit_evidence
from onwatch_counting.evidence.weaknesses import WEAKNESSES, Weakness, weaknesses

__all__ = [
    "LEVEL",
    "WEAKNESSES",
    "AnalysedPictures",
    "Coefficients",
    "Doubt",
    "SiteEvidence",
    "TotalInterval",
    "VehicleDetections",
    "VisitEvidence",
    "VisitTimes",
    "Weakness",
    "best_seen",
    "doubt",
    "fitted",
    "missed_mean",
    "scene_factors",
    "total_interval",
    "visit_evidence",
    "weaknesses",
]

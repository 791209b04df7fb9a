"""The public form of evidence."""

from __future__ import annotations

from collections.abc import Sequence

from onwatch_contracts.evidence import TotalCertainty, UnknownReason, VisitEvidence, Weakness
from onwatch_contracts.site import SiteZone
from onwatch_contracts.values import RunSettings
from onwatch_counting import evidence as measured

DIGITS = 4
"""Of shares: more would claim a precision that no evidence has."""


def total_certainties(
    zones: Sequence[SiteZone], found: measured.SiteEvidence, settings: RunSettings
) -> tuple[TotalCertainty, ...]:
    """Of each zone, in this order."""
    unknown = _unknown_reason(found, settings)
    return tuple(_total(zone.zone_id, found, unknown) for zone in zones)


def _unknown_reason(found: measured.SiteEvidence, settings: RunSettings) -> UnknownReason | None:
    if not found.pictures_count:
        return UnknownReason.NOTHING_ANALYSED
    if settings.suggested_engine is not None:
        return UnknownReason.MODEL_DETECTS_TOO_LITTLE
    return None if found.detections_count else UnknownReason.NOTHING_DETECTED


def _total(zone_id: str, found: measured.SiteEvidence, unknown: UnknownReason | None) -> TotalCertainty:
    vehicles = measured.best_seen(visit for visit in found.visits if visit.zone_id == zone_id)
    unconfirmed = (found.unconfirmed_tracks or {}).get(zone_id, 0)
    interval = measured.total_interval(vehicles, unconfirmed)
    return TotalCertainty(
        zone_id=zone_id,
        total_vehicles_count=len(vehicles),
        low=interval.low,
        high=None if unknown else interval.high,
        weak_vehicles_count=sum(measured.doubt(seen).is_weak for seen in vehicles),
        unconfirmed_tracks_count=unconfirmed,
        unknown_reason=unknown,
    )


def visit_evidence(seen: measured.VisitEvidence) -> VisitEvidence:
    doubt = measured.doubt(seen)
    return VisitEvidence(
        zone_id=seen.zone_id,
        vehicle_id=seen.row_no,
        visit_no=seen.visit_no,
        detections_count=seen.detections_count,
        seen_share=round(seen.seen_share, DIGITS),
        longest_gap_s=round(seen.longest_gap_s, DIGITS),
        mean_confidence=round(seen.mean_confidence, DIGITS),
        type_margin=round(seen.type_margin, DIGITS),
        tracks_count=seen.tracks_count,
        touches_border=seen.touches_border,
        born_inside=seen.born_inside,
        ended_inside=seen.ended_inside,
        false_probability=round(doubt.false_probability, DIGITS),
        is_weak=doubt.is_weak,
        weaknesses=tuple(map(Weakness, doubt.reasons)),
    )

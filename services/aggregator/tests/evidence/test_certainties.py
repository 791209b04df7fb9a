from __future__ import annotations

import pytest

from onwatch_aggregator.evidence.certainties import total_certainties, visit_evidence
from onwatch_contracts.evidence import UnknownReason, Weakness
from onwatch_contracts.site import Site
from onwatch_contracts.values import EngineChoice, RunSettings
from onwatch_counting.evidence import SiteEvidence, VisitEvidence

from .conftest import SETTINGS

SEEN = VisitEvidence("roi", 1, 1, 50, 1.0, 0.0, 0.9, 1.0, 1, False, False, False)
FAINT = VisitEvidence("roi", 2, 1, 2, 1 / 3, 1 / 3, 0.1, 1 / 3, 2, True, True, True)
ZONES = Site().zones


def certainty(*visits: VisitEvidence, settings: RunSettings = SETTINGS, pictures: int = 250, detections: int = 50):
    found = SiteEvidence(visits, {"roi": 3}, pictures, detections)
    (zone,) = total_certainties(ZONES, found, settings)
    return zone


def test_a_zone_in_which_all_is_seen_well_is_sure_of_its_total():
    zone = certainty(SEEN)
    assert (zone.total_vehicles_count, zone.low, zone.weak_vehicles_count) == (1, 1, 0)
    assert (zone.unconfirmed_tracks_count, zone.unknown_reason) == (3, None)


def test_a_faint_vehicle_counts_as_weak_and_makes_the_total_uncertain():
    zone = certainty(SEEN, FAINT)
    assert (zone.total_vehicles_count, zone.weak_vehicles_count) == (2, 1)
    assert zone.high is not None
    assert zone.low < 2 <= zone.high


def test_several_visits_of_a_vehicle_are_one():
    again = VisitEvidence("roi", 1, 2, 50, 1.0, 0.0, 0.9, 1.0, 1, False, False, False)
    assert certainty(SEEN, again).total_vehicles_count == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pictures": 0, "detections": 0}, UnknownReason.NOTHING_ANALYSED),
        ({"detections": 0}, UnknownReason.NOTHING_DETECTED),
        (
            {"settings": SETTINGS.model_copy(update={"suggested_engine": EngineChoice.MOTION})},
            UnknownReason.MODEL_DETECTS_TOO_LITTLE,
        ),
    ],
)
def test_where_nothing_can_be_known_there_is_no_upper_end(changes: dict[str, object], expected: UnknownReason):
    zone = certainty(**changes)  # type: ignore[arg-type]
    assert (zone.unknown_reason, zone.low, zone.high) == (expected, 0, None)


def test_a_zone_without_vehicles_in_a_picture_with_some_is_empty():
    zone = certainty()
    assert (zone.low, zone.unknown_reason) == (0, None)


def test_shares_are_rounded_and_reasons_named():
    seen = visit_evidence(FAINT)
    assert (seen.vehicle_id, seen.seen_share, seen.longest_gap_s, seen.type_margin) == (2, 0.3333, 0.3333, 0.3333)
    assert seen.is_weak
    assert set(seen.weaknesses) <= set(Weakness)
    assert seen.weaknesses
    assert visit_evidence(SEEN).weaknesses == ()

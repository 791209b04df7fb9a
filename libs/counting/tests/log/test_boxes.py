"""What the rules see of a logged box."""

from __future__ import annotations

import pytest

from onwatch_contracts.values import Anchor, VehicleType
from onwatch_counting.log import CONFIDENCE_STEPS, RESOLUTION, LoggedBox

HALF, QUARTER = RESOLUTION // 2, RESOLUTION // 4
FULL_SCORE = CONFIDENCE_STEPS


def box(vehicle_type: str = "car", scores: tuple[tuple[str, int], ...] = ()) -> LoggedBox:
    return LoggedBox(7, QUARTER, 0, HALF, RESOLUTION, FULL_SCORE // 2, vehicle_type, scores)


@pytest.mark.parametrize(("anchor", "point"), [(Anchor.BOTTOM_CENTER, (0.375, 1.0)), (Anchor.CENTER, (0.375, 0.5))])
def test_edges_and_anchor_are_exact_fractions_of_the_picture(anchor: Anchor, point: tuple[float, float]) -> None:
    seen = box().observation(anchor)
    assert seen.anchor == point
    assert seen.box == (0.25, 0.0, 0.5, 1.0)
    assert (seen.track_id, seen.confidence) == (7, 0.5)


def test_without_scores_the_confidence_is_the_evidence_for_its_type() -> None:
    assert list(box("truck").observation(Anchor.CENTER).evidence()) == [(VehicleType.TRUCK, 0.5)]


def test_the_evidence_of_a_score_is_weighed_with_the_area_of_the_box() -> None:
    seen = box(scores=(("bus", FULL_SCORE // 4), ("car", FULL_SCORE))).observation(Anchor.CENTER)
    assert dict(seen.evidence()) == {VehicleType.CAR: 0.25, VehicleType.BUS: 0.0625}


def test_classes_of_a_custom_model_are_vehicles_to_the_zone_rules() -> None:
    seen = box("minibus", (("minibus", FULL_SCORE), ("van", FULL_SCORE))).observation(Anchor.CENTER)
    assert seen.vehicle_type == VehicleType.VEHICLE
    assert dict(seen.evidence()) == {VehicleType.VEHICLE: 0.5}

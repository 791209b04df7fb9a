from __future__ import annotations

from typing import Any

import pytest

from onwatch_aggregator.marks.marked_accuracy import marked_accuracy
from onwatch_contracts.http import Vehicle
from onwatch_contracts.marks import MissedVehicle, Verdict, VisitMark
from onwatch_contracts.values import ExitReason, VehicleType

CAR, BUS = VehicleType.CAR, VehicleType.BUS
RIGHT, WRONG, TWICE, WRONG_TYPE = Verdict


def visit(vehicle_id: int, visit_no: int = 1) -> Vehicle:
    """A car that enters at its number in seconds."""
    return Vehicle(
        vehicle_id=vehicle_id,
        visit_no=visit_no,
        zone_id="roi",
        vehicle_type=CAR,
        entered_at_s=vehicle_id,
        left_at_s=vehicle_id + 1,
        vehicle_dwell_time_s=1.0,
        exit_reason=ExitReason.LEFT,
        born_inside=False,
    )


def mark(vehicle_id: int, verdict: Verdict, **changes: Any) -> VisitMark:
    given: dict[str, Any] = {"visit_no": 1, "zone_id": "roi", "vehicle_type": None, **changes}
    return VisitMark(vehicle_id=vehicle_id, verdict=verdict, **given)


def test_nothing_marked_has_no_accuracy() -> None:
    assert marked_accuracy([visit(1)], [], [], 60.0) is None
    assert marked_accuracy([visit(1)], [mark(1, RIGHT)], [], 0.0) is None


def test_wrong_and_twice_are_counted_by_the_system_alone() -> None:
    found = marked_accuracy(
        [visit(n) for n in (1, 2, 3, 4)], [mark(1, RIGHT), mark(2, WRONG), mark(3, TWICE)], [], 60.0
    )
    assert found is not None
    # Vehicle 4 is not marked: it says nothing.
    assert (found.total.person, found.total.system, found.total.error_percent) == (1, 3, 200.0)


def test_a_wrong_type_counts_under_the_right_one() -> None:
    found = marked_accuracy([visit(1)], [mark(1, WRONG_TYPE, vehicle_type=BUS)], [], 60.0)
    assert found is not None
    assert found.total.error_percent == 0
    assert {kind: (each.person, each.system) for kind, each in found.by_type.items()} == {CAR: (0, 1), BUS: (1, 0)}


def test_missed_vehicles_are_counted_by_the_person_alone() -> None:
    missed = [MissedVehicle(missed_id=1, at_s=30.0, vehicle_type=BUS)]
    found = marked_accuracy([visit(1)], [mark(1, RIGHT)], missed, 60.0)
    assert found is not None
    assert (found.total.person, found.total.system) == (2, 1)
    # The interval of the car is exact, that of the bus has an error of 100 per cent.
    assert found.mape_percent == pytest.approx(50.0)


def test_a_second_visit_is_no_second_vehicle() -> None:
    marks = [mark(1, RIGHT), mark(1, WRONG, visit_no=2)]
    found = marked_accuracy([visit(1), visit(1, 2)], marks, [], 60.0)
    assert found is not None
    assert (found.total.person, found.total.system) == (1, 1)

from __future__ import annotations

import pytest

from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import ExitReason, VehicleType
from onwatch_tally.comparison import compare, entries_of
from onwatch_tally.shapes import Entry, Mark

CAR, BUS, TRUCK, VEHICLE = VehicleType.CAR, VehicleType.BUS, VehicleType.TRUCK, VehicleType.VEHICLE


def marks(*pressed: tuple[VehicleType, float]) -> list[Mark]:
    return [Mark(id=f"m{n}", vehicle_type=kind, at_s=at_s) for n, (kind, at_s) in enumerate(pressed)]


def entries(*entered: tuple[VehicleType, float]) -> list[Entry]:
    return [Entry(vehicle_id=n, vehicle_type=kind, at_s=at_s) for n, (kind, at_s) in enumerate(entered, 1)]


def visit(vehicle_id: int, visit_no: int, entered_at_s: float) -> Vehicle:
    return Vehicle(
        vehicle_id=vehicle_id,
        visit_no=visit_no,
        zone_id="roi",
        vehicle_type=CAR,
        entered_at_s=entered_at_s,
        left_at_s=entered_at_s + 1,
        vehicle_dwell_time_s=1.0,
        exit_reason=ExitReason.LEFT,
        born_inside=False,
    )


def test_a_vehicle_that_comes_back_is_one_vehicle() -> None:
    found = entries_of([visit(1, 1, 2.0), visit(1, 2, 9.0), visit(2, 1, 4.0)])
    assert [(entry.vehicle_id, entry.at_s) for entry in found] == [(1, 2.0), (2, 4.0)]


def test_the_same_count_has_no_error() -> None:
    found = compare(marks((CAR, 1.3), (BUS, 6.2)), entries((CAR, 1.0), (BUS, 6.0)), 10.0, detector_model="m")
    assert (found.total.person, found.total.system) == (2, 2)
    assert (found.total.error_percent, found.total.geh, found.mape_percent) == (0.0, 0.0, 0.0)
    assert found.median_delay_s == pytest.approx(0.25)
    assert found.detector_model == "m"
    assert [(row.vehicle_type, row.person, row.system) for row in found.by_type] == [(CAR, 1, 1), (BUS, 1, 1)]


def test_errors_are_given_in_total_and_by_type() -> None:
    found = compare(marks((CAR, 1.0), (CAR, 4.0), (TRUCK, 8.0)), entries((CAR, 1.0), (BUS, 8.0)), 900.0)
    assert (found.total.person, found.total.system) == (3, 2)
    assert found.total.error_percent == pytest.approx(100 / 3)
    assert (found.person_per_hour, found.system_per_hour) == (12.0, 8.0)
    assert found.total.geh == pytest.approx((2 * 16 / 20) ** 0.5)
    by_type = {row.vehicle_type: (row.person, row.system, row.error_percent) for row in found.by_type}
    assert by_type == {CAR: (2, 1, 50.0), TRUCK: (1, 0, 100.0), BUS: (0, 1, None)}
    assert [mark.at_s for mark in found.matching.unmatched_marks] == [4.0]
    assert not found.is_extrapolated


def test_the_flow_of_a_short_count_is_marked_as_extrapolated() -> None:
    assert compare([], [], 899.0).is_extrapolated
    assert compare([], [], 5.0).mape_percent is None


def test_a_missing_type_is_no_error() -> None:
    found = compare(marks((VEHICLE, 1.0), (VEHICLE, 6.0)), entries((CAR, 1.0), (VEHICLE, 20.0)), 30.0)
    by_type = {row.vehicle_type: (row.person, row.system) for row in found.by_type}
    assert by_type == {CAR: (1, 1), VEHICLE: (1, 1)}


def test_only_the_part_that_was_watched_is_compared() -> None:
    found = compare(marks((CAR, 2.0)), entries((CAR, 2.0), (CAR, 14.0), (CAR, 25.0)), 12.0)
    assert (found.total.person, found.total.system, found.until_s) == (1, 1, 12.0)
    assert found.intervals[-1].end_s == 12.0
    assert not found.matching.unmatched_entries


def test_the_end_of_the_watched_part_splits_no_pair() -> None:
    found = compare(marks((CAR, 11.9)), entries((CAR, 12.1)), 12.0)
    assert (found.total.person, found.total.system) == (1, 1)
    assert (found.intervals[-1].person, found.intervals[-1].system) == (1, 1)


def test_the_sum_over_types_and_over_intervals_is_the_total() -> None:
    found = compare(
        marks((CAR, 2.0), (VEHICLE, 7.0), (BUS, 7.5), (TRUCK, 21.0)),
        entries((CAR, 2.2), (CAR, 7.1), (BUS, 16.0), (CAR, 20.5)),
        24.0,
    )
    for side in ("person", "system"):
        total = getattr(found.total, side)
        assert sum(getattr(row, side) for row in found.by_type) == total
        assert sum(getattr(row, side) for row in found.intervals) == total


def test_a_late_key_across_an_interval_border_is_no_error() -> None:
    found = compare(marks((CAR, 5.4)), entries((CAR, 4.9)), 10.0)
    assert [(each.start_s, each.person, each.system) for each in found.intervals] == [(0, 1, 1), (5, 0, 0)]

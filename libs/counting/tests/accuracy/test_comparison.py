from __future__ import annotations

import pytest

from onwatch_contracts.values import VehicleType
from onwatch_counting.accuracy import TimedVehicle, accuracy

CAR, BUS, TRUCK = VehicleType.CAR, VehicleType.BUS, VehicleType.TRUCK


def cars(*at_s: float) -> list[TimedVehicle]:
    return [TimedVehicle(each, CAR) for each in at_s]


def test_equal_counts_have_no_error() -> None:
    found = accuracy(cars(1, 12), cars(1, 12), 20.0)
    assert (found.total.person, found.total.system, found.total.error_percent, found.total.geh) == (2, 2, 0, 0)
    assert found.mape_percent == 0
    assert found.intervals_without_vehicles == 2


def test_a_wrong_type_is_an_error_of_two_types_and_none_of_the_total() -> None:
    found = accuracy([TimedVehicle(3, BUS)], [TimedVehicle(3, TRUCK)], 20.0)
    assert found.total.error_percent == 0
    assert {kind: (each.person, each.system) for kind, each in found.by_type.items()} == {TRUCK: (0, 1), BUS: (1, 0)}
    assert list(found.by_type) == [TRUCK, BUS]


def test_errors_that_cancel_in_the_total_are_in_the_intervals() -> None:
    found = accuracy(cars(1, 2), cars(1, 7), 10.0)
    assert found.total.error_percent == 0
    assert found.mape_percent == pytest.approx(50.0)


def test_a_count_of_less_than_a_quarter_of_an_hour_is_extrapolated() -> None:
    assert accuracy(cars(1), cars(1), 899.0).is_extrapolated
    assert not accuracy(cars(1), cars(1), 900.0).is_extrapolated

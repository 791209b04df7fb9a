from __future__ import annotations

from onwatch_aggregator.counting.totals import RunTotals, coverage
from onwatch_contracts.values import Totals, VehicleType


def test_totals_of_nothing_are_zeros():
    assert RunTotals().to_contract() == Totals()


def test_run_totals_convert_to_the_contract():
    totals = RunTotals(
        total_vehicles_count=3,
        current_vehicles_count=1,
        visits_count=4,
        vehicle_type={VehicleType.TRUCK: 1, VehicleType.CAR: 2},
        closed_visits_count=3,
        dwell_total_us=6_000_001,
        dwell_max_us=3_500_000,
    )
    totals = totals.to_contract()
    assert (totals.total_vehicles_count, totals.current_vehicles_count, totals.visits_count) == (3, 1, 4)
    assert list(totals.vehicle_type) == [VehicleType.CAR, VehicleType.TRUCK]
    assert totals.vehicle_dwell_time.model_dump() == {
        "visits": 3,
        "mean_s": 6_000_001 / 3_000_000,
        "max_s": 3.5,
        "total_s": 6.000001,
    }


def test_coverage_is_the_analysed_part_of_the_video():
    assert coverage(2.5, 10.0).fraction == 0.25


def test_the_coverage_of_a_video_longer_than_its_file_declares_is_one():
    assert coverage(10.04, 10.0).fraction == 1.0


def test_the_coverage_of_a_video_of_unknown_length_is_zero():
    assert coverage(5.0, 0.0).fraction == 0.0

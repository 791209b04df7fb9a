from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onwatch_aggregator.counting.visits import (
    InconsistentRun,
    check_consistent,
    totals_of,
    vehicle,
    vehicles,
    visit_key,
    visit_order,
)
from onwatch_contracts.values import Entered, ExitReason, Left, VehicleType


def by_visit(*events: Entered | Left) -> dict[str, Any]:
    return {visit_key(event): event for event in events}


def test_a_visit_is_identified_by_vehicle_visit_and_zone(make: Any):
    assert visit_key(make.entered(7, 0.0, visit_no=2, zone_id="north")) == "7:2:north"


def test_an_open_visit_has_no_end(make: Any):
    row = vehicle(make.entered(1, 0.4), None)
    assert (row.left_at_s, row.vehicle_dwell_time_s, row.exit_reason) == (None, None, None)


def test_a_closed_visit_has_the_type_it_left_with(make: Any):
    row = vehicle(make.entered(1, 0.4, born_inside=True), make.left(1, 0.4, 2.0, vehicle_type=VehicleType.BUS))
    assert row.model_dump() == {
        "vehicle_id": 1,
        "visit_no": 1,
        "zone_id": "roi",
        "vehicle_type": VehicleType.BUS,
        "entered_at_s": 0.4,
        "left_at_s": 2.0,
        "vehicle_dwell_time_s": 1.6,
        "exit_reason": ExitReason.LEFT,
        "born_inside": True,
    }


def test_rows_are_ordered_by_number_not_by_text(make: Any):
    events = [make.entered(10, 1.0), make.entered(2, 0.0, visit_no=2), make.entered(2, 0.0)]
    assert [(row.vehicle_id, row.visit_no) for row in vehicles(by_visit(*events), {})] == [(2, 1), (2, 2), (10, 1)]


def test_keys_are_ordered_as_rows(make: Any):
    zones = ("a", "b:c")
    events = [make.entered(n, 0.0, visit_no=m, zone_id=zone) for n in (10, 2) for m in (3, 20) for zone in zones]
    rows = vehicles(by_visit(*events), {})
    assert sorted(map(visit_key, events), key=visit_order) == [
        f"{row.vehicle_id}:{row.visit_no}:{row.zone_id}" for row in rows
    ]


def test_a_vehicle_that_comes_back_counts_once_and_its_visits_twice(make: Any):
    entered = by_visit(make.entered(1, 0.0), make.entered(1, 5.0, visit_no=2))
    totals = totals_of(vehicles(entered, by_visit(make.left(1, 0.0, 2.0))))
    assert (totals.total_vehicles_count, totals.visits_count, totals.current_vehicles_count) == (1, 2, 1)
    assert totals.vehicle_type == {VehicleType.CAR: 1}
    assert (totals.closed_visits_count, totals.dwell_total_us, totals.dwell_max_us) == (1, 2_000_000, 2_000_000)


def test_a_run_whose_visits_are_closed_and_add_up_is_consistent(make: Any):
    rows = vehicles(by_visit(make.entered(1, 0.0)), by_visit(make.left(1, 0.0, 2.0)))
    check_consistent(totals_of(rows), rows)


def test_a_visit_left_open_is_no_result(make: Any):
    rows = vehicles(by_visit(make.entered(1, 0.0)), {})
    with pytest.raises(InconsistentRun, match="1 visits are still open: 1:1"):
        check_consistent(totals_of(rows), rows)


def test_rows_that_do_not_add_up_are_no_result(make: Any):
    rows = vehicles(by_visit(make.entered(1, 0.0)), by_visit(make.left(1, 0.0, 2.0)))
    with pytest.raises(InconsistentRun, match="the rows add up to"):
        check_consistent(replace(totals_of(rows), total_vehicles_count=2), rows)

from __future__ import annotations

from typing import Any

from onwatch_counting.site import SiteResults
from onwatch_counting.tables.passages import passages, without_parked


def test_gates_are_passed_in_the_order_of_time(samples: Any) -> None:
    results = SiteResults(crossings=(samples.crossing("north", 1, 9.0), samples.crossing("south", 1, 4.0)))

    assert [passage.place_id for passage in passages(results, "gates")[1]] == ["south", "north"]


def test_gates_crossed_at_once_stay_in_the_order_of_the_site(samples: Any) -> None:
    results = SiteResults(crossings=(samples.crossing("north", 1, 4.0), samples.crossing("east", 1, 4.0)))

    assert [passage.place_id for passage in passages(results, "gates")[1]] == ["north", "east"]


def test_the_region_of_interest_is_no_place_on_a_way(samples: Any) -> None:
    visits = (samples.visit("roi", 1, 0.0, 9.0), samples.visit("box", 1, 5.0, 6.0), samples.visit("stop", 1, 2.0, 3.0))

    assert [passage.place_id for passage in passages(SiteResults(visits=visits), "zones")[1]] == ["stop", "box"]


def test_visits_of_one_zone_in_a_row_are_one_passage(samples: Any) -> None:
    times = {"stop": (1.0, 3.0), "box": (5.0,)}
    visits = tuple(samples.visit(zone, 1, at_s, at_s + 1) for zone, all_s in times.items() for at_s in all_s)

    assert [passage.place_id for passage in passages(SiteResults(visits=visits), "zones")[1]] == ["stop", "box"]


def test_a_visit_of_no_vehicle_of_the_picture_is_on_no_way(samples: Any) -> None:
    assert passages(SiteResults(visits=(samples.visit("stop", 1, 1.0, 2.0, vehicle_id=None),)), "zones") == {}


def test_parked_vehicles_can_be_left_out_with_everything_of_theirs(samples: Any) -> None:
    results = samples.together(samples.drive(1, "north", is_parked=True), samples.drive(2, "north"))

    assert without_parked(results) == samples.drive(2, "north")

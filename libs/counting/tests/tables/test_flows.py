"""Flows, and that every vehicle is in exactly one of their groups."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_contracts.values import ExitReason
from onwatch_counting.tables import Flow, Unassigned, flow_table, without_parked

EXAMPLES = settings(max_examples=50)


def test_origin_is_the_first_gate_and_destination_the_last(samples: Any) -> None:
    table = flow_table(samples.site(), samples.drive(1, "north", "east", "south"), "gates")

    assert table.flows == (Flow("north", "south", {"car": 1}),)
    assert [path.steps for path in table.paths] == [(("north", "forward"), ("east", "forward"), ("south", "forward"))]


def test_a_vehicle_that_turns_round_has_one_gate_as_origin_and_destination(samples: Any) -> None:
    assert flow_table(samples.site(), samples.drive(1, "north", "north"), "gates").flows == (
        Flow("north", "north", {"car": 1}),
    )


def test_cells_are_in_the_order_of_the_site(samples: Any) -> None:
    drives = samples.together(
        samples.drive(1, "south", "north"), samples.drive(2, "north", "south"), samples.drive(3, "north", "east")
    )

    found = [(flow.origin, flow.destination) for flow in flow_table(samples.site(), drives, "gates").flows]

    assert found == [("north", "east"), ("north", "south"), ("south", "north")]


def test_the_answer_says_why_a_vehicle_is_in_no_flow(samples: Any) -> None:
    drives = samples.together(
        samples.drive(1, end_reason=ExitReason.TRACK_LOST),
        samples.drive(2, "north", end_reason=ExitReason.END_OF_VIDEO),
        samples.drive(3, "north", kind="bus", end_reason=ExitReason.LEFT),
    )

    assert flow_table(samples.site(), drives, "gates").unassigned == (
        Unassigned("none", None, ExitReason.TRACK_LOST, {"car": 1}),
        Unassigned("one", "north", ExitReason.LEFT, {"bus": 1}),
        Unassigned("one", "north", ExitReason.END_OF_VIDEO, {"car": 1}),
    )


def test_tracks_that_are_no_vehicle_are_told_but_not_counted(samples: Any) -> None:
    results = samples.together(samples.drive(1), type(samples.drive(1))(unconfirmed_tracks_count=7))

    table = flow_table(samples.site(), results, "gates")

    assert (table.vehicles_count, table.unconfirmed_tracks_count) == (1, 7)


def test_flows_between_zones(samples: Any) -> None:
    visits = (samples.visit("stop", 1, 1.0, 2.0), samples.visit("box", 1, 3.0, 4.0), samples.visit("roi", 1, 0.0, 9.0))
    results = type(samples.drive(1))(vehicles=(samples.vehicle(1),), visits=visits)

    table = flow_table(samples.site(), results, "zones")

    assert table.places == ("stop", "box")
    assert table.flows == (Flow("stop", "box", {"car": 1}),)


@EXAMPLES
@given(st.data())
def test_every_vehicle_is_in_one_flow_or_unassigned_and_the_balance_holds(
    samples: Any, any_results: Any, data: st.DataObject
) -> None:
    results = data.draw(any_results)
    for found in (results, without_parked(results)):
        for kind in ("gates", "zones"):
            table = flow_table(samples.site(), found, kind)
            groups = (*table.flows, *table.unassigned)

            counted = sum((Counter(group.counts) for group in groups), Counter[str]())
            assert counted == Counter(vehicle.vehicle_type for vehicle in found.vehicles)
            in_flows = sum((Counter(flow.counts) for flow in table.flows), Counter[str]())
            assert in_flows == sum((Counter(path.counts) for path in table.paths), Counter[str]())
            assert table.balance.is_balanced
            without_place = sum(sum(one.counts.values()) for one in table.unassigned if one.places == "none")
            assert sum(table.balance.entries.values()) == len(found.vehicles) - without_place

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_counting.tables import made_movements, movement_counts

EXAMPLES = settings(max_examples=50)


def test_a_movement_counts_when_its_last_gate_is_crossed(samples: Any) -> None:
    site = samples.site(movements=(samples.movement("left", "north", "east"),))

    (made,) = made_movements(site, samples.drive(1, "north", "east"))

    assert (made.movement_id, made.vehicle_id, made.at_s) == ("left", 1, 2.0)


@pytest.mark.parametrize(
    ("gates", "times"),
    [
        (("north", "east"), 1),
        (("south", "north", "east", "south"), 1),
        (("east", "north"), 0),
        (("north", "south", "east"), 0),
        (("north",), 0),
        (("north", "east", "north", "east"), 2),
    ],
)
def test_gates_count_in_this_order_with_none_between(samples: Any, gates: tuple[str, ...], times: int) -> None:
    site = samples.site(movements=(samples.movement("left", "north", "east"),))

    assert len(made_movements(site, samples.drive(1, *gates))) == times


def test_a_crossing_belongs_to_one_repetition(samples: Any) -> None:
    site = samples.site(movements=(samples.movement("turn", "north", "north"),))

    assert len(made_movements(site, samples.drive(1, "north", "north", "north"))) == 1


def test_a_step_with_a_direction_counts_in_that_direction_only(samples: Any) -> None:
    results = samples.drive(1, "north", "east")

    for direction, times in (("forward", 1), ("backward", 0)):
        site = samples.site(movements=(samples.movement("left", "north", "east", direction=direction),))
        assert len(made_movements(site, results)) == times


def test_movements_that_nobody_made_are_zero_and_other_turns_are_told(samples: Any) -> None:
    site = samples.site(
        movements=(samples.movement("left", "north", "east"), samples.movement("right", "east", "south"))
    )
    results = samples.together(
        samples.drive(1, "north", "east"), samples.drive(2, "south", "north", kind="bus"), samples.drive(3, "north")
    )

    found = movement_counts(site, results)

    assert found.counts == {"left": {"car": 1}, "right": {}}
    assert found.without_movement == {"bus": 1}


@EXAMPLES
@given(st.data())
def test_a_movement_for_each_pair_counts_each_pair_of_crossings_in_a_row(
    samples: Any, any_results: Any, data: st.DataObject
) -> None:
    results = data.draw(any_results)
    gates = [gate.gate_id for gate in samples.site().gates]
    pairs = [(a, b) for a in gates for b in gates if a != b]
    site = samples.site(movements=tuple(samples.movement(f"{a}-{b}", a, b) for a, b in pairs))
    expected = 0
    for vehicle in results.vehicles:
        way = sorted((one for one in results.crossings if one.vehicle_id == vehicle.vehicle_id), key=lambda c: c.at_s)
        ids = [one.gate_id for one in way]
        expected += sum(a != b for a, b in pairwise(ids))

    assert len(made_movements(site, results)) == expected

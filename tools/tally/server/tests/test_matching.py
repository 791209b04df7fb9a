from __future__ import annotations

import random
from itertools import permutations

import pytest

from onwatch_contracts.values import VehicleType
from onwatch_tally.matching import OTHER_TYPE_S, TOLERANCE_S, are_of_one_type, match
from onwatch_tally.shapes import Entry, Mark, Matching

CAR, TRUCK, VEHICLE = VehicleType.CAR, VehicleType.TRUCK, VehicleType.VEHICLE


def marks(*at_s: float, kind: VehicleType = CAR) -> list[Mark]:
    return [Mark(id=f"m{number}", vehicle_type=kind, at_s=time_s) for number, time_s in enumerate(at_s, 1)]


def entries(*at_s: float, kind: VehicleType = CAR) -> list[Entry]:
    return [Entry(vehicle_id=number, vehicle_type=kind, at_s=time_s) for number, time_s in enumerate(at_s, 1)]


def paired(matching: Matching) -> list[tuple[str, int]]:
    return [(pair.mark.id, pair.entry.vehicle_id) for pair in matching.pairs]


def test_each_mark_gets_the_vehicle_near_it() -> None:
    found = match(marks(1.2, 5.4, 9.9), entries(1.0, 5.0, 10.0))
    assert paired(found) == [("m1", 1), ("m2", 2), ("m3", 3)]
    assert not found.unmatched_marks
    assert not found.unmatched_entries


def test_unmatched_marks_and_entries_are_sorted_by_time() -> None:
    found = match(marks(20.0, 4.0, 12.0), entries(30.0, 4.1, 26.0))
    assert [mark.at_s for mark in found.unmatched_marks] == [12.0, 20.0]
    assert [entry.at_s for entry in found.unmatched_entries] == [26.0, 30.0]


@pytest.mark.parametrize(("apart_s", "pairs"), [(TOLERANCE_S, 1), (TOLERANCE_S + 0.001, 0)])
def test_the_tolerance_is_an_inclusive_limit(apart_s: float, pairs: int) -> None:
    for mark_s, entry_s in ((10.1, 10.1 + apart_s), (10.1 + apart_s, 10.1)):
        assert len(match(marks(mark_s), entries(entry_s)).pairs) == pairs


def test_one_more_pair_is_worth_more_than_closer_ones() -> None:
    # The nearest for the first mark is the second vehicle, which would leave the second mark alone.
    found = match(marks(2.0, 3.9), entries(0.1, 2.0))
    assert paired(found) == [("m1", 1), ("m2", 2)]


def test_two_that_enter_together_are_paired_by_type() -> None:
    pressed = [Mark(id="t", vehicle_type=TRUCK, at_s=5.0), Mark(id="c", vehicle_type=CAR, at_s=5.3)]
    entered = [Entry(vehicle_id=1, vehicle_type=CAR, at_s=5.0), Entry(vehicle_id=2, vehicle_type=TRUCK, at_s=5.1)]
    assert sorted(paired(match(pressed, entered))) == [("c", 1), ("t", 2)]


def test_a_different_type_does_not_prevent_a_pair() -> None:
    assert len(match(marks(7.0, kind=TRUCK), entries(7.0 + TOLERANCE_S)).pairs) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [(CAR, CAR, True), (CAR, TRUCK, False), (VEHICLE, TRUCK, True), (CAR, VEHICLE, True)],
)
def test_a_missing_type_matches_any(one: VehicleType, other: VehicleType, same: bool) -> None:
    assert are_of_one_type(marks(0.0, kind=one)[0], entries(0.0, kind=other)[0]) is same


def test_nothing_on_one_side_leaves_the_other_unmatched() -> None:
    assert len(match([], entries(1.0, 2.0)).unmatched_entries) == 2
    assert len(match(marks(1.0, 2.0), []).unmatched_marks) == 2
    assert match([], []) == Matching(pairs=(), unmatched_marks=(), unmatched_entries=())


def test_the_result_is_the_best_of_all_assignments() -> None:
    """Compared with every assignment: by number of pairs, then by cost."""
    dice = random.Random(19)  # noqa: S311 a seeded example, no secret
    for _ in range(60):
        pressed = [
            Mark(id=f"m{n}", vehicle_type=dice.choice((CAR, TRUCK, VEHICLE)), at_s=round(dice.uniform(0, 8), 2))
            for n in range(dice.randint(1, 5))
        ]
        entered = [
            Entry(vehicle_id=n, vehicle_type=dice.choice((CAR, TRUCK)), at_s=round(dice.uniform(0, 8), 2))
            for n in range(1, dice.randint(2, 6))
        ]
        found = match(pressed, entered)
        assert _quality([(pair.mark, pair.entry) for pair in found.pairs]) == pytest.approx(_best(pressed, entered))
        assert len(found.pairs) + len(found.unmatched_marks) == len(pressed)
        assert len(found.pairs) + len(found.unmatched_entries) == len(entered)


def _best(pressed: list[Mark], entered: list[Entry]) -> tuple[int, float]:
    size = max(len(pressed), len(entered))
    padded = [*entered, *[None] * (size - len(entered))]
    return min(
        _quality(
            [
                (mark, entry)
                for mark, entry in zip(pressed, order, strict=False)
                if entry is not None and abs(mark.at_s - entry.at_s) <= TOLERANCE_S
            ]
        )
        for order in permutations(padded, len(pressed))
    )


def _quality(pairs: list[tuple[Mark, Entry]]) -> tuple[int, float]:
    """Smaller is better."""
    cost_s = sum(
        abs(mark.at_s - entry.at_s) + (0.0 if are_of_one_type(mark, entry) else OTHER_TYPE_S) for mark, entry in pairs
    )
    return -len(pairs), cost_s

"""Which boxes show a vehicle that is followed."""

from __future__ import annotations

import numpy as np
import pytest

from onwatch_detector.count.parts import show_vehicles

BUS = (100.0, 100.0, 200.0, 160.0)
CAR = (300.0, 100.0, 360.0, 140.0)


def shows_one(box: tuple[float, float, float, float], weak: bool = False) -> bool:
    [found] = show_vehicles(np.array([box]), np.array([weak]), np.array([CAR, BUS])).tolist()
    return found


def out_by(share: float) -> tuple[float, float, float, float]:
    """A box of 40 x 40 that sticks out of the bus at its right by this share of itself."""
    right = BUS[2] + 40 * share
    return right - 40, 110.0, right, 150.0


@pytest.mark.parametrize(("out", "weak", "expected"), [(0.1, False, True), (0.2, False, False),
                                                       (0.3, True, True), (0.45, True, False)])  # fmt: skip
def test_a_box_that_lies_in_that_of_a_vehicle_is_a_part_of_it(out: float, weak: bool, expected: bool) -> None:
    assert shows_one(out_by(out), weak) is expected


@pytest.mark.parametrize(("width", "expected"), [(110.0, True), (200.0, True), (205.0, False), (400.0, False)])
def test_a_box_around_a_vehicle_shows_the_whole_of_it_unless_that_is_small(width: float, expected: bool) -> None:
    assert shows_one((100.0, 100.0, 100.0 + width, 200.0)) is expected


def test_a_box_over_one_end_of_a_vehicle_and_beyond_is_another_one() -> None:
    assert not shows_one((130.0, 100.0, 250.0, 160.0))


def test_without_vehicles_or_boxes_nothing_is_shown() -> None:
    nothing = np.zeros((0, 4))
    assert show_vehicles(np.array([BUS]), np.array([True]), nothing).tolist() == [False]
    assert show_vehicles(nothing, np.zeros(0, np.bool_), np.array([BUS])).tolist() == []

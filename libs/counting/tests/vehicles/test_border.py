"""Vehicles that leave over the border of the picture, and what begins there afterwards."""

from __future__ import annotations

import pytest

from onwatch_contracts.values import VehicleType
from onwatch_counting.vehicles import Motion, Observation, VehicleRules, continuations
from onwatch_counting.vehicles.border import has_left, leaves
from onwatch_geometry import Box

RULES = VehicleRules()
PICTURE_S = 0.04


def turned(box: Box, quarters: int) -> Box:
    """Turned about the middle of the picture."""
    left, top, right, bottom = box
    for _ in range(quarters):
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    return left, top, right, bottom


def driven(trailing: float, speed: float, quarters: int = 0) -> Motion:
    """A vehicle a tenth of the picture long, on its way over the border, whose rear end was last seen there."""
    pictures = 20
    places = [trailing - speed * PICTURE_S * (pictures - n) for n in range(pictures + 1)]
    boxes = [turned((place, 0.5, min(1.0, place + 0.1), 0.6), quarters) for place in places]
    motion = Motion.first_seen(0.0, Observation(1, (0, 0), boxes[0], VehicleType.CAR, 0.9))
    for n, box in enumerate(boxes[1:], 1):
        motion.see(n * PICTURE_S, 1, box)
    return motion


@pytest.mark.parametrize("quarters", range(4))
def test_it_has_left_when_its_speed_took_the_rest_of_it_over_the_border(quarters: int) -> None:
    motion = driven(0.96, 0.2, quarters)
    assert leaves(motion, RULES)
    assert not has_left(motion, motion.seen_s + 0.2, RULES)
    assert has_left(motion, motion.seen_s + 0.4, RULES)


def test_what_the_border_does_not_cut_off_yet_may_have_braked() -> None:
    motion = driven(0.85, 0.2)
    assert leaves(motion, RULES)
    assert not has_left(motion, motion.seen_s + 0.9, RULES)


def test_what_comes_in_has_not_left() -> None:
    motion = driven(0.96, -0.2)
    assert not has_left(motion, motion.seen_s + 0.9, RULES)


def test_what_stands_at_the_border_has_not_left() -> None:
    motion = driven(0.96, 0.001)
    for _ in range(40):
        motion.see(motion.seen_s + PICTURE_S, 1, (0.96, 0.5, 1.0, 0.6))
    assert not leaves(motion, RULES)
    assert not has_left(motion, motion.seen_s + 4, RULES)


class Lost:
    def __init__(self, motion: Motion) -> None:
        self.motion = motion

    def best_type(self) -> VehicleType:
        return VehicleType.CAR


@pytest.mark.parametrize(("after_s", "is_same"), [(0.1, True), (0.5, False), (0.9, False)])
def test_a_track_that_begins_where_a_vehicle_has_left_is_another_vehicle(after_s: float, is_same: bool) -> None:
    lost = Lost(driven(0.96, 0.2))
    coming = Observation(2, (0, 0), (0.97, 0.52, 1.0, 0.62), VehicleType.CAR, 0.9)
    assert bool(continuations([lost], [coming], lost.motion.seen_s + after_s, RULES)) == is_same

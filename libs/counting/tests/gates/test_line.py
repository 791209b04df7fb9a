"""Where paths meet a line."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from onwatch_counting.gates import GateLine, on_grid

BENT = ((0.2, 0.5), (0.5, 0.5), (0.7, 0.3), (0.8, 0.6))


def signs(points: tuple, *path: tuple[float, float]) -> list[int]:
    line = GateLine(points)
    return [m.sign for a, b in pairwise(path) for m in line.meetings(on_grid(a), on_grid(b))]


def test_forward_is_from_the_left_to_the_right_of_one_who_walks_along_the_line() -> None:
    assert signs(((0.2, 0.5), (0.8, 0.5)), (0.5, 0.4), (0.5, 0.6)) == [1]
    assert signs(((0.2, 0.5), (0.8, 0.5)), (0.5, 0.6), (0.5, 0.4)) == [-1]
    assert signs(((0.8, 0.5), (0.2, 0.5)), (0.5, 0.4), (0.5, 0.6)) == [-1]


def test_the_meeting_is_where_the_path_meets_the_line() -> None:
    [meeting] = GateLine(((0.2, 0.5), (0.8, 0.5))).meetings(on_grid((0.25, 0.25)), on_grid((0.75, 0.75)))
    assert meeting.fraction == 0.5
    assert meeting.position == (0.5, 0.5)


def test_the_extension_of_the_line_is_not_the_line() -> None:
    assert signs(BENT, (0.1, 0.4), (0.1, 0.6)) == []
    assert signs(BENT, (0.9, 0.1), (0.9, 0.9)) == []


def test_a_path_over_a_corner_meets_the_line_once() -> None:
    assert signs(BENT, (0.5, 0.1), (0.5, 0.9)) == [1]
    assert signs(BENT, (0.4, 0.4), (0.5, 0.5), (0.6, 0.6)) == [1]
    assert signs(BENT, (0.6, 0.2), (0.7, 0.3), (0.7, 0.4)) == [1]


def test_a_path_that_touches_the_line_does_not_change_sides() -> None:
    for touching in ((0.3, 0.5), (0.5, 0.5), (0.7, 0.3), (0.2, 0.5), (0.8, 0.6)):
        for around in ((0.1, 0.1), (0.6, 0.1), (0.3, 0.9), (0.9, 0.9)):
            assert sum(signs(BENT, around, touching, around)) == 0, (touching, around)


def test_a_path_along_the_line_does_not_change_sides() -> None:
    flat = ((0.2, 0.5), (0.8, 0.5))
    assert sum(signs(flat, (0.3, 0.4), (0.3, 0.5), (0.6, 0.5), (0.6, 0.4))) == 0
    assert sum(signs(flat, (0.3, 0.4), (0.3, 0.5), (0.6, 0.5), (0.6, 0.6))) == 1


def test_a_closed_path_meets_a_closed_line_as_often_inwards_as_outwards() -> None:
    noise = random.Random(3)  # noqa: S311 - drawn, the same in every run
    square = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75), (0.25, 0.25))
    for _ in range(500):
        path = [(noise.randrange(5) / 4, noise.randrange(5) / 4) for _ in range(8)]  # over corners, along edges
        assert sum(signs(square, *path, path[0])) == 0, path


def test_the_line_drawn_the_other_way_round_has_the_opposite_signs() -> None:
    noise = random.Random(4)  # noqa: S311 - drawn, the same in every run
    for _ in range(500):
        points = tuple((noise.randrange(5) / 4, noise.randrange(5) / 4) for _ in range(4))
        path = [(noise.randrange(5) / 4, noise.randrange(5) / 4) for _ in range(6)]
        forth, back = signs(points, *path), signs(points[::-1], *path)
        assert sorted(forth) == sorted(-sign for sign in back), (points, path)


@pytest.mark.parametrize(
    ("x", "boxes", "within"), [(0.5, 1.0, True), (0.5, 0.9, False), (0.9, 1.9, False), (0.9, 2.0, True)]
)
def test_distance_is_in_sizes_of_the_box(x: float, boxes: float, within: bool) -> None:
    line = GateLine(((0.25, 0.5), (0.75, 0.5)))
    unit = (0.09, 0.125)
    assert line.is_within((x, 0.625), unit, boxes) == within

"""Simple polygons, also compared with an oracle that solves for the common point."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_geometry import is_convex, polygon_flaw

SQUARE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
ARROW = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.3), (0.5, 0.9))


@pytest.mark.parametrize(
    "points",
    [
        SQUARE,
        SQUARE[::-1],
        ARROW,
        ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0)),
        ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0)),  # a point on a straight side is no flaw
    ],
)
def test_a_simple_polygon_has_no_flaw(points: tuple[tuple[float, float], ...]) -> None:
    assert polygon_flaw(points) is None


@pytest.mark.parametrize(
    ("points", "flaw"),
    [
        (
            ((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)),
            "the edge from point 1 to point 2 crosses or touches the edge from point 3 to point 4",
        ),
        ((*SQUARE, SQUARE[0]), "points 1 and 5 are the same"),
        (((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)), "its area is zero"),
        (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.0)), "crosses or touches"),
        (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (1.0, 0.5)), "runs back over"),
        (((0.1, 0.1), (0.10001, 0.1), (0.1, 0.10001)), "less than a pixel"),
    ],
)
def test_a_flaw_is_named(points: tuple[tuple[float, float], ...], flaw: str) -> None:
    assert flaw in (polygon_flaw(points) or "no flaw")


def test_rounding_does_not_hide_a_crossing() -> None:
    eps = 2.0**-50
    touching = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.0), (0.0, 1.0))
    clear = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, eps), (0.0, 1.0))

    assert polygon_flaw(touching) is not None
    assert polygon_flaw(clear) is None


def test_a_square_is_convex_and_an_arrow_is_not() -> None:
    assert is_convex(SQUARE)
    assert is_convex(SQUARE[::-1])
    assert not is_convex(ARROW)
    assert not is_convex(((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0)))


Exact = tuple[Fraction, Fraction]


def _shared_points(a: Exact, b: Exact, c: Exact, d: Exact) -> int:
    """0, 1 or 2 (more than one) points that the segments a-b and c-d share."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    wx, wy = c[0] - a[0], c[1] - a[1]
    det = ux * vy - uy * vx
    if det:
        s, t = (wx * vy - wy * vx) / det, (wx * uy - wy * ux) / det
        return int(0 <= s <= 1 and 0 <= t <= 1)
    if wx * uy != wy * ux:
        return 0
    square = ux * ux + uy * uy
    ends = sorted(((p[0] - a[0]) * ux + (p[1] - a[1]) * uy) / square for p in (c, d))
    low, high = max(ends[0], Fraction(0)), min(ends[1], Fraction(1))
    return 0 if low > high else 1 if low == high else 2


def _is_simple(points: list[tuple[int, int]]) -> bool:
    if len(set(points)) < len(points):
        return False
    exact = [(Fraction(x), Fraction(y)) for x, y in points]
    edges = [(p, exact[(i + 1) % len(exact)]) for i, p in enumerate(exact)]
    for (i, (a, b)), (j, (c, d)) in combinations(enumerate(edges), 2):
        are_neighbours = j - i in (1, len(edges) - 1)
        if _shared_points(a, b, c, d) > int(are_neighbours):
            return False
    return True


grid = st.integers(min_value=0, max_value=8)


@given(st.lists(st.tuples(grid, grid), min_size=3, max_size=8))
def test_it_agrees_with_the_oracle(points: list[tuple[int, int]]) -> None:
    scaled = [(x / 8, y / 8) for x, y in points]

    assert (polygon_flaw(scaled) is None) == _is_simple(points)


@given(st.lists(st.tuples(grid, grid), min_size=3, max_size=7), st.integers(min_value=0, max_value=6))
def test_neither_the_first_point_nor_the_direction_matters(points: list[tuple[int, int]], turn: int) -> None:
    scaled = [(x / 8, y / 8) for x, y in points]
    place = turn % len(scaled)

    verdict = polygon_flaw(scaled) is None
    assert (polygon_flaw(scaled[place:] + scaled[:place]) is None) == verdict
    assert (polygon_flaw(scaled[::-1]) is None) == verdict

"""Point in polygon and path through polygon, at their edge cases."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_geometry import Area, Point

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
DIAMOND = ((0.5, 0.1), (0.9, 0.5), (0.5, 0.9), (0.1, 0.5))
BENT = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.7, 0.9), (0.7, 0.3), (0.1, 0.3))
POLYGONS = (SQUARE, DIAMOND, BENT)


def contains(polygon: tuple[Point, ...], point: Point) -> bool:
    return point in Area(polygon)


def stretch_inside(polygon: tuple[Point, ...], start: Point, end: Point) -> tuple[float, float] | None:
    return Area(polygon).stretch_inside(start, end)


@pytest.mark.parametrize("polygon", POLYGONS)
def test_corners_and_edges_are_inside(polygon: tuple[Point, ...]) -> None:
    for a, b in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        for part in (0.0, 0.1, 1 / 3, 0.5, 0.9):
            assert contains(polygon, (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part))


@pytest.mark.parametrize("polygon", POLYGONS)
def test_the_direction_and_the_first_corner_do_not_matter(polygon: tuple[Point, ...]) -> None:
    turned = (*polygon[2:], *polygon[:2])
    for point in [(0.5, 0.5), (0.15, 0.2), (0.8, 0.85), (0.05, 0.5), (0.5, 0.1), (0.95, 0.1)]:
        assert contains(polygon, point) == contains(polygon[::-1], point) == contains(turned, point)


def test_a_point_at_the_height_of_a_corner_crosses_one_edge() -> None:
    assert contains(DIAMOND, (0.3, 0.5))
    assert not contains(DIAMOND, (0.05, 0.5))
    assert not contains(DIAMOND, (0.95, 0.5))


def test_the_notch_of_a_concave_polygon_is_outside() -> None:
    assert not contains(BENT, (0.4, 0.6))
    assert contains(BENT, (0.8, 0.6))


fractions = st.integers(0, 40).map(lambda n: n / 40)


@settings(max_examples=300)
@given(fractions, fractions)
def test_it_agrees_with_exact_arithmetic(x: float, y: float) -> None:
    point = Fraction(x).limit_denominator(100), Fraction(y).limit_denominator(100)
    distance = abs(point[0] - Fraction(1, 2)) + abs(point[1] - Fraction(1, 2))
    assert contains(DIAMOND, (x, y)) == (distance <= Fraction(2, 5))


def test_a_path_across_is_inside_between_its_two_crossings() -> None:
    assert stretch_inside(SQUARE, (0.0, 0.5), (1.0, 0.5)) == pytest.approx((0.2, 0.8))
    assert stretch_inside(DIAMOND, (0.0, 0.0), (1.0, 1.0)) == pytest.approx((0.3, 0.7))


def test_a_path_that_begins_or_ends_inside_is_inside_up_to_there() -> None:
    assert stretch_inside(SQUARE, (0.5, 0.5), (1.0, 0.5)) == pytest.approx((0.0, 0.6))
    assert stretch_inside(SQUARE, (0.0, 0.5), (0.5, 0.5)) == pytest.approx((0.4, 1.0))
    assert stretch_inside(SQUARE, (0.3, 0.5), (0.5, 0.5)) == (0.0, 1.0)


def test_a_path_along_an_edge_is_inside() -> None:
    assert stretch_inside(SQUARE, (0.0, 0.2), (1.0, 0.2)) == pytest.approx((0.2, 0.8))


def test_a_path_that_touches_a_corner_or_passes_by_is_outside() -> None:
    assert stretch_inside(DIAMOND, (0.0, 0.1), (1.0, 0.1)) is None
    assert stretch_inside(SQUARE, (0.0, 0.4), (0.4, 0.0)) is None
    assert stretch_inside(SQUARE, (0.0, 0.1), (1.0, 0.1)) is None


def test_a_path_through_two_arms_counts_from_the_first_to_the_last() -> None:
    assert stretch_inside(BENT, (0.4, 0.2), (1.0, 0.8)) == pytest.approx((0.0, 0.5 / 0.6))


def test_a_path_without_length_crosses_nothing() -> None:
    assert stretch_inside(SQUARE, (0.1, 0.1), (0.1, 0.1)) is None


@settings(max_examples=300)
@given(fractions, fractions, fractions, fractions, st.sampled_from(POLYGONS))
def test_the_stretch_backwards_is_the_stretch_mirrored(
    x0: float, y0: float, x1: float, y1: float, polygon: tuple[Point, ...]
) -> None:
    there, back = stretch_inside(polygon, (x0, y0), (x1, y1)), stretch_inside(polygon, (x1, y1), (x0, y0))
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there == pytest.approx((1 - back[1], 1 - back[0]), abs=1e-9)
        assert 0.0 <= there[0] < there[1] <= 1.0


def test_the_distance_to_the_border_is_in_the_given_unit() -> None:
    assert Area(SQUARE).distance((0.9, 0.5), (0.1, 0.05)) == pytest.approx(1.0)
    assert Area(SQUARE).distance((0.5, 0.9), (0.1, 0.05)) == pytest.approx(2.0)
    assert Area(SQUARE).distance((0.9, 0.9), (0.1, 0.1)) == pytest.approx(2**0.5)
    assert Area(SQUARE).distance((0.8, 0.5), (0.1, 0.1)) == 0.0

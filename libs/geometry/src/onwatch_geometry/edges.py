"""Edges between points, compared exactly: products are those of fractions, not of rounded floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from onwatch_geometry.point import Point

Edge = tuple[Point, Point]


def repeated(points: Sequence[Point]) -> tuple[int, int] | None:
    """The places of the first two points that are the same."""
    seen: dict[Point, int] = {}
    for place, point in enumerate(points):
        if point in seen:
            return seen[point], place
        seen[point] = place
    return None


def folds_back(first: Edge, second: Edge) -> bool:
    """Neighbouring edges on one line share more than their common point when they leave it the same way."""
    shared = first[1] if first[1] == second[0] else first[0]
    a = first[0] if first[1] == shared else first[1]
    b = second[1] if second[0] == shared else second[0]
    return turn(a, shared, b) == 0 and _dot(shared, a, b) > 0


def meet(first: Edge, second: Edge) -> bool:
    """Whether two segments share a point."""
    (a, b), (c, d) = first, second
    if not _boxes_meet(first, second):
        return False  # true for most pairs, without a fraction
    return turn(a, b, c) * turn(a, b, d) <= 0 and turn(c, d, a) * turn(c, d, b) <= 0


def turn(a: Point, b: Point, c: Point) -> int:
    """Direction of the turn a-b-c: 1, -1, or 0 on one line."""
    cross = _difference(b, a, 0) * _difference(c, a, 1) - _difference(b, a, 1) * _difference(c, a, 0)
    return (cross > 0) - (cross < 0)


def _boxes_meet(first: Edge, second: Edge) -> bool:
    (ax, ay), (bx, by) = first
    (cx, cy), (dx, dy) = second
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return False
    return max(ay, by) >= min(cy, dy) and max(cy, dy) >= min(ay, by)


def _dot(origin: Point, a: Point, b: Point) -> Fraction:
    return sum((_difference(a, origin, axis) * _difference(b, origin, axis) for axis in (0, 1)), Fraction(0))


def _difference(a: Point, b: Point, axis: int) -> Fraction:
    return Fraction(a[axis]) - Fraction(b[axis])

"""Points and edges whose coordinates are compared as fractions, not as rounded floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from onwatch_geometry.point import Point

Exact = tuple[Fraction, Fraction]
Edge = tuple[Exact, Exact]


def exact(points: Sequence[Point]) -> list[Exact]:
    return [(Fraction(x), Fraction(y)) for x, y in points]


def repeated(points: Sequence[Point]) -> tuple[int, int] | None:
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
        return False  # true for most pairs, without a multiplication
    return turn(a, b, c) * turn(a, b, d) <= 0 and turn(c, d, a) * turn(c, d, b) <= 0


def _boxes_meet(first: Edge, second: Edge) -> bool:
    return all(
        max(first[0][axis], first[1][axis]) >= min(second[0][axis], second[1][axis])
        and max(second[0][axis], second[1][axis]) >= min(first[0][axis], first[1][axis])
        for axis in (0, 1)
    )


def turn(a: Exact, b: Exact, c: Exact) -> int:
    """Direction of the turn a-b-c: 1, -1, or 0 on one line."""
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)


def _dot(origin: Exact, a: Exact, b: Exact) -> Fraction:
    return (a[0] - origin[0]) * (b[0] - origin[0]) + (a[1] - origin[1]) * (b[1] - origin[1])

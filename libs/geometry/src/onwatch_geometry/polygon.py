"""Checks whether a polygon is simple. Exact: coordinates are compared as fractions, not as rounded floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from onwatch_geometry.point import Point

_Exact = tuple[Fraction, Fraction]
_Edge = tuple[_Exact, _Exact]

# The square of a ten-thousandth of the picture's width: less than a pixel, in which nothing can be inside.
MIN_AREA = 1e-8


def polygon_flaw(points: Sequence[Point]) -> str | None:
    """Why the closed polygon is not simple, with points numbered from 1; None if it is simple.

    Simple: no repeated point, neighbouring edges share only their common point, other edges share none.
    """
    repeated = _repeated(points)
    if repeated:
        first, second = repeated
        return f"points {first + 1} and {second + 1} are the same (it closes by itself, from the last to the first)"
    corners = [(Fraction(x), Fraction(y)) for x, y in points]
    if all(_turn(corners[0], corners[1], corner) == 0 for corner in corners[2:]):
        return "all its points are on one line, its area is zero"
    return _crossing(corners) or _too_small(corners)


def is_convex(points: Sequence[Point]) -> bool:
    """Whether all corners of a simple polygon turn the same way, none of them flat."""
    corners = [(Fraction(x), Fraction(y)) for x, y in points]
    size = len(corners)
    turns = {_turn(corners[i - 2], corners[i - 1], corners[i]) for i in range(size)}
    return turns in ({1}, {-1})


def _repeated(points: Sequence[Point]) -> tuple[int, int] | None:
    seen: dict[Point, int] = {}
    for place, point in enumerate(points):
        if point in seen:
            return seen[point], place
        seen[point] = place
    return None


def _crossing(corners: Sequence[_Exact]) -> str | None:
    edges = [(corner, corners[(i + 1) % len(corners)]) for i, corner in enumerate(corners)]
    for (i, first), (j, second) in combinations(enumerate(edges), 2):
        if _neighbours(i, j, len(edges)):
            if _folds_back(first, second):
                return f"{_named(j, len(edges))} runs back over {_named(i, len(edges))}"
        elif _meet(first, second):
            return f"{_named(i, len(edges))} crosses or touches {_named(j, len(edges))}"
    return None


def _named(edge: int, edges: int) -> str:
    return f"the edge from point {edge + 1} to point {(edge + 1) % edges + 1}"


def _neighbours(i: int, j: int, edges: int) -> bool:
    return j - i == 1 or j - i == edges - 1


def _folds_back(first: _Edge, second: _Edge) -> bool:
    """Neighbouring edges on one line share more than their common point when they leave it the same way."""
    shared = first[1] if first[1] == second[0] else first[0]
    a = first[0] if first[1] == shared else first[1]
    b = second[1] if second[0] == shared else second[0]
    return _turn(a, shared, b) == 0 and _dot(shared, a, b) > 0


def _meet(first: _Edge, second: _Edge) -> bool:
    """Whether two segments share a point."""
    (a, b), (c, d) = first, second
    if not _boxes_meet(first, second):
        return False  # true for most pairs, without a multiplication
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0


def _boxes_meet(first: _Edge, second: _Edge) -> bool:
    return all(
        max(first[0][axis], first[1][axis]) >= min(second[0][axis], second[1][axis])
        and max(second[0][axis], second[1][axis]) >= min(first[0][axis], first[1][axis])
        for axis in (0, 1)
    )


def _turn(a: _Exact, b: _Exact, c: _Exact) -> int:
    """Direction of the turn a-b-c: 1, -1, or 0 on one line."""
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)


def _dot(origin: _Exact, a: _Exact, b: _Exact) -> Fraction:
    return (a[0] - origin[0]) * (b[0] - origin[0]) + (a[1] - origin[1]) * (b[1] - origin[1])


def _too_small(corners: Sequence[_Exact]) -> str | None:
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    area = abs(float(sum((a[0] * b[1] - b[0] * a[1] for a, b in pairs), Fraction(0)))) / 2
    return f"its area is {area:.1e} of the picture, less than a pixel" if area < MIN_AREA else None

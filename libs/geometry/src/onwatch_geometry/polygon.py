"""Checks whether a polygon is simple. Exact: coordinates are compared as fractions, not as rounded floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from onwatch_geometry.edges import folds_back, meet, repeated, turn
from onwatch_geometry.point import Point

# The square of a ten-thousandth of the picture's width: less than a pixel, in which nothing can be inside.
MIN_AREA = 1e-8


def polygon_flaw(points: Sequence[Point]) -> str | None:
    """Why the closed polygon is not simple, with points numbered from 1; None if it is simple.

    Simple: no repeated point, neighbouring edges share only their common point, other edges share none.
    """
    if same := repeated(points):
        first, second = same
        return f"points {first + 1} and {second + 1} are the same (it closes by itself, from the last to the first)"
    if all(turn(points[0], points[1], corner) == 0 for corner in points[2:]):
        return "all its points are on one line, its area is zero"
    return _crossing(points) or _too_small(points)


def is_convex(points: Sequence[Point]) -> bool:
    """Whether all corners of a simple polygon turn the same way, none of them flat."""
    turns = {turn(points[i - 2], points[i - 1], points[i]) for i in range(len(points))}
    return turns in ({1}, {-1})


def _crossing(corners: Sequence[Point]) -> str | None:
    edges = [(corner, corners[(i + 1) % len(corners)]) for i, corner in enumerate(corners)]
    for (i, first), (j, second) in combinations(enumerate(edges), 2):
        if _neighbours(i, j, len(edges)):
            if folds_back(first, second):
                return f"{_named(j, len(edges))} runs back over {_named(i, len(edges))}"
        elif meet(first, second):
            return f"{_named(i, len(edges))} crosses or touches {_named(j, len(edges))}"
    return None


def _named(edge: int, edges: int) -> str:
    return f"the edge from point {edge + 1} to point {(edge + 1) % edges + 1}"


def _neighbours(i: int, j: int, edges: int) -> bool:
    return j - i == 1 or j - i == edges - 1


def _too_small(corners: Sequence[Point]) -> str | None:
    exact = [(Fraction(x), Fraction(y)) for x, y in corners]
    pairs = zip(exact, [*exact[1:], exact[0]], strict=True)
    area = abs(float(sum((a[0] * b[1] - b[0] * a[1] for a, b in pairs), Fraction(0)))) / 2
    return f"its area is {area:.1e} of the picture, less than a pixel" if area < MIN_AREA else None

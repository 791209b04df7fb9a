"""Checks whether a polyline is simple, as `polygon` checks polygons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, pairwise

from onwatch_geometry.edges import Edge, folds_back, meet, repeated
from onwatch_geometry.point import Point

MIN_LENGTH = 1e-4  # a ten-thousandth of the picture's width: less than a pixel


def polyline_flaw(points: Sequence[Point]) -> str | None:
    """Why the open polyline is not simple, with points numbered from 1; None if it is simple.

    Simple: no repeated point, neighbouring edges share only their common point, other edges share none.
    """
    length = math.fsum(math.dist(a, b) for a, b in pairwise(points))
    if length < MIN_LENGTH:
        return "its length is zero" if length == 0 else f"its length is {length:.1e} of the picture, less than a pixel"
    if same := repeated(points):
        first, second = same
        return f"points {first + 1} and {second + 1} are the same"
    return _crossing(list(pairwise(points)))


def _crossing(edges: Sequence[Edge]) -> str | None:
    for (i, first), (j, second) in combinations(enumerate(edges), 2):
        if j - i == 1:
            if folds_back(first, second):
                return f"the part {_named(j)} runs back over the part {_named(i)}"
        elif meet(first, second):
            return f"the part {_named(i)} crosses or touches the part {_named(j)}"
    return None


def _named(edge: int) -> str:
    return f"from point {edge + 1} to point {edge + 2}"

"""The area of a zone's polygon: whether a point is inside, and where a path crosses it.

Plain floats in normalised coordinates. No library of the environment fits: `cv2.pointPolygonTest` rounds the polygon to
float32 and `supervision` rasterises it, and both blur the border, which belongs to the zone.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from onwatch_geometry.point import Point

# Fractions of the picture: a thousandth of a pixel in 8K, and far above the rounding of products of such fractions.
BORDER = 1e-7


class Area:
    """The inside of a simple polygon together with its border."""

    def __init__(self, corners: Sequence[Point]) -> None:
        self._edges = tuple(zip(corners, (*corners[1:], corners[0]), strict=True))
        self._left, self._right = min(x for x, _ in corners), max(x for x, _ in corners)
        self._top, self._bottom = min(y for _, y in corners), max(y for _, y in corners)

    def __contains__(self, point: Point) -> bool:
        """Whether the point is inside or on the border; even-odd rule."""
        if self.is_beside(point, point):
            return False
        return any(_on(a, b, point) for a, b in self._edges) or self._edges_to_the_right(point) % 2 == 1

    def stretch_inside(self, start: Point, end: Point) -> tuple[float, float] | None:
        """The fractions of the straight way from start to end at which it first enters and last leaves the area.

        None where the way stays outside or only touches the border in a point.
        """
        if self.is_beside(start, end):
            return None
        cuts = sorted({0.0, 1.0, *self._cuts(start, end)})
        shortest = 4 * BORDER / max(math.dist(start, end), BORDER)
        pieces = ((a, b) for a, b in itertools.pairwise(cuts) if b - a > shortest)
        inside = [(a, b) for a, b in pieces if _at(start, end, (a + b) / 2) in self]
        return (inside[0][0], inside[-1][1]) if inside else None

    def distance(self, point: Point, unit: Point) -> float:
        """Distance of an outside point from the border, in units of the given width and height."""
        there = _scaled(point, unit)
        ends = ((_scaled(a, unit), _scaled(b, unit)) for a, b in self._edges)
        return min(math.dist(_at(a, b, _along(a, b, there)), there) for a, b in ends)

    def is_beside(self, start: Point, end: Point) -> bool:
        """Whether the way is on one side of the polygon's bounding box: true for most, and fast to compute."""
        return (
            max(start[0], end[0]) < self._left - BORDER
            or min(start[0], end[0]) > self._right + BORDER
            or max(start[1], end[1]) < self._top - BORDER
            or min(start[1], end[1]) > self._bottom + BORDER
        )

    def _edges_to_the_right(self, point: Point) -> int:
        x, y = point
        return sum(
            (a[1] > y) != (b[1] > y) and x < a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) for a, b in self._edges
        )

    def _cuts(self, start: Point, end: Point) -> Iterator[float]:
        """Fractions of the way at which it may cross the border: where it meets an edge or passes a corner."""
        for a, b in self._edges:
            if _on(start, end, a):
                yield _along(start, end, a)
            side_a, side_b = _cross(start, end, a), _cross(start, end, b)
            if (side_a > 0) != (side_b > 0):
                yield _along(start, end, _at(a, b, side_a / (side_a - side_b)))


def _scaled(point: Point, unit: Point) -> Point:
    return point[0] / unit[0], point[1] / unit[1]


def _at(start: Point, end: Point, fraction: float) -> Point:
    return start[0] + (end[0] - start[0]) * fraction, start[1] + (end[1] - start[1]) * fraction


def _cross(origin: Point, a: Point, b: Point) -> float:
    return (a[0] - origin[0]) * (b[1] - origin[1]) - (a[1] - origin[1]) * (b[0] - origin[0])


def _along(start: Point, end: Point, point: Point) -> float:
    """The fraction of the way that is nearest to the point, 0..1."""
    across, down = end[0] - start[0], end[1] - start[1]
    length_squared = across * across + down * down
    along = (point[0] - start[0]) * across + (point[1] - start[1]) * down
    return min(1.0, max(0.0, along / length_squared)) if length_squared > 0 else 0.0


def _on(a: Point, b: Point, point: Point) -> bool:
    """Whether the point is within `BORDER` of the edge from a to b."""
    x, y = point
    if not (min(a[0], b[0]) - BORDER <= x <= max(a[0], b[0]) + BORDER):
        return False
    if not (min(a[1], b[1]) - BORDER <= y <= max(a[1], b[1]) + BORDER):
        return False
    return math.dist(_at(a, b, _along(a, b, point)), point) <= BORDER

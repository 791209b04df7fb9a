"""A zone's polygon: is a point inside, and where does a path run through it.

Plain floats in normalised coordinates. No library of the environment fits: `cv2.pointPolygonTest` rounds
the polygon to float32 and `supervision` paints it on pixels, and both blur the border, which belongs to the zone.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

Point = tuple[float, float]

# Fractions of the picture: a thousandth of a pixel in 8K, and far above the rounding of products of such fractions.
BORDER = 1e-7


def contains(polygon: Sequence[Point], point: Point) -> bool:
    """Whether the point is inside the polygon or on its border; even-odd rule, any simple polygon."""
    return any(_on(a, b, point) for a, b in _edges(polygon)) or _crossings_to_the_right(polygon, point) % 2 == 1


def stretch_inside(polygon: Sequence[Point], start: Point, end: Point) -> tuple[float, float] | None:
    """The fractions of the way from start to end at which it first enters and last leaves the polygon.

    None where the way stays outside or only touches the border in a point.
    """
    cuts = sorted({0.0, 1.0, *_cuts(polygon, start, end)})
    shortest = 4 * BORDER / max(math.dist(start, end), BORDER)
    pieces = ((a, b) for a, b in itertools.pairwise(cuts) if b - a > shortest)
    inside = [(a, b) for a, b in pieces if contains(polygon, _at(start, end, (a + b) / 2))]
    return (inside[0][0], inside[-1][1]) if inside else None


def _edges(polygon: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return zip(polygon, (*polygon[1:], polygon[0]), strict=True)


def _at(start: Point, end: Point, fraction: float) -> Point:
    return start[0] + (end[0] - start[0]) * fraction, start[1] + (end[1] - start[1]) * fraction


def _cross(origin: Point, a: Point, b: Point) -> float:
    return (a[0] - origin[0]) * (b[1] - origin[1]) - (a[1] - origin[1]) * (b[0] - origin[0])


def _on(a: Point, b: Point, point: Point) -> bool:
    """Whether the point is within `BORDER` of the edge from a to b."""
    across, down = b[0] - a[0], b[1] - a[1]
    length_squared = across * across + down * down
    along = (point[0] - a[0]) * across + (point[1] - a[1]) * down
    fraction = min(1.0, max(0.0, along / length_squared)) if length_squared > 0 else 0.0
    near = _at(a, b, fraction)
    return (near[0] - point[0]) ** 2 + (near[1] - point[1]) ** 2 <= BORDER * BORDER


def _crossings_to_the_right(polygon: Sequence[Point], point: Point) -> int:
    x, y = point
    return sum(
        (a[1] > y) != (b[1] > y) and x < a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) for a, b in _edges(polygon)
    )


def _cuts(polygon: Sequence[Point], start: Point, end: Point) -> Iterator[float]:
    """Fractions of the way at which it may change sides: where it meets an edge or passes a corner."""
    across, down = end[0] - start[0], end[1] - start[1]
    length_squared = across * across + down * down
    if length_squared == 0:
        return
    for a, b in _edges(polygon):
        if _on(start, end, a):
            yield min(1.0, max(0.0, ((a[0] - start[0]) * across + (a[1] - start[1]) * down) / length_squared))
        side_a, side_b = _cross(start, end, a), _cross(start, end, b)
        if (side_a > 0) != (side_b > 0):
            meets = _at(a, b, side_a / (side_a - side_b))
            fraction = ((meets[0] - start[0]) * across + (meets[1] - start[1]) * down) / length_squared
            if 0.0 < fraction < 1.0:
                yield fraction

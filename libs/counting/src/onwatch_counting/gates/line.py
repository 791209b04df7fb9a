"""Where a path meets the line of a gate. Exact: points are integers on a grid, and ties are broken consistently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from onwatch_geometry import Point

GRID = 1 << 20
"""Steps across the picture: 1/250 of a pixel in 4K. Anchors of logged boxes are on it exactly."""

GridPoint = tuple[int, int]


class Meeting(NamedTuple):
    """One place where the path goes over to the other side of the line."""

    fraction: float
    """Of the path, from its start."""
    sign: int
    """1: from left to right (forward); -1: from right to left."""
    position: Point


def on_grid(point: Point) -> GridPoint:
    return round(point[0] * GRID), round(point[1] * GRID)


class GateLine:
    """A polyline. Only the line itself is met, not its extension.

    A point may lie exactly on the line, and a corner exactly on the path. All such ties are decided as if every point
    of every path were shifted by (e, e squared), e infinitely small: then no point is on any line, so that a path
    over a corner meets one of its edges, and a path that touches the line meets it never, or once in each direction.
    """

    def __init__(self, points: Sequence[Point]) -> None:
        corners = [on_grid(point) for point in points]
        self._edges = tuple((a, b) for a, b in pairwise(corners) if a != b)
        self._scaled_edges = tuple(pairwise(points))
        across, down = [x for x, _ in corners], [y for _, y in corners]
        self.left, self.right, self.top, self.bottom = min(across), max(across), min(down), max(down)
        self._low = (self.left - 1) / GRID, (self.top - 1) / GRID
        self._high = (self.right + 1) / GRID, (self.bottom + 1) / GRID

    def is_beside(self, start: Point, end: Point) -> bool:
        """Whether the way is on one side of the line's bounding box: true for most, and fast to compute."""
        (low_x, low_y), (high_x, high_y), (x0, y0), (x1, y1) = self._low, self._high, start, end
        return (
            (x0 < low_x and x1 < low_x)
            or (x0 > high_x and x1 > high_x)
            or (y0 < low_y and y1 < low_y)
            or (y0 > high_y and y1 > high_y)
        )

    def meetings(self, start: GridPoint, end: GridPoint) -> list[Meeting]:
        """In the order of the path."""
        if (
            (start[0] < self.left and end[0] < self.left)
            or (start[0] > self.right and end[0] > self.right)
            or (start[1] < self.top and end[1] < self.top)
            or (start[1] > self.bottom and end[1] > self.bottom)
        ):
            return []
        return sorted(self._meetings(start, end))

    def _meetings(self, start: GridPoint, end: GridPoint) -> Iterator[Meeting]:
        across, down = end[0] - start[0], end[1] - start[1]
        for a, b in self._edges:
            dx, dy = b[0] - a[0], b[1] - a[1]
            cross_start = dx * (start[1] - a[1]) - dy * (start[0] - a[0])
            cross_end = dx * (end[1] - a[1]) - dy * (end[0] - a[0])
            tie = -dy or dx
            is_start_right, is_end_right = (cross_start or tie) > 0, (cross_end or tie) > 0
            if is_start_right == is_end_right:
                continue
            tie = down or -across
            side_a = across * (a[1] - start[1]) - down * (a[0] - start[0]) or tie
            side_b = across * (b[1] - start[1]) - down * (b[0] - start[0]) or tie
            if (side_a > 0) == (side_b > 0):
                continue
            fraction = cross_start / (cross_start - cross_end)
            position = (start[0] + across * fraction) / GRID, (start[1] + down * fraction) / GRID
            yield Meeting(fraction, 1 if is_end_right else -1, position)

    def is_within(self, point: Point, unit: tuple[float, float], boxes: float) -> bool:
        """Whether the point is at most so many units of the given width and height away from the line."""
        limit = boxes * boxes
        return any(self._distance_squared(a, b, point, unit) <= limit for a, b in self._scaled_edges)

    @staticmethod
    def _distance_squared(a: Point, b: Point, point: Point, unit: tuple[float, float]) -> float:
        """No square root, no library: the same in every implementation of floats."""
        width, height = unit
        x, y = (point[0] - a[0]) / width, (point[1] - a[1]) / height
        dx, dy = (b[0] - a[0]) / width, (b[1] - a[1]) / height
        length_squared = dx * dx + dy * dy
        along = min(1.0, max(0.0, (x * dx + y * dy) / length_squared)) if length_squared > 0 else 0.0
        x, y = x - dx * along, y - dy * along
        return x * x + y * y

"""Boxes as fractions of the picture."""

from __future__ import annotations

from onwatch_geometry.point import Point

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def middle(box: Box) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def size(box: Box) -> tuple[float, float]:
    """Width and height of the box, never 0."""
    return max(box[2] - box[0], 1e-6), max(box[3] - box[1], 1e-6)


def intersection_over_union(a: Box, b: Box) -> float:
    """0 (apart) to 1 (equal)."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / (_area(a) + _area(b) - shared) if shared else 0.0


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])

"""From points of the picture to metres on the road: a homography from four points and the lengths between them.

Four side lengths do not fix a quadrilateral: it can still be sheared. Of all its shapes the one nearest to right angles
is taken: a rectangle, where opposite sides are equal, which is what people measure. The mapping through four points is
always exact; whether they are right shows in `reprojection_error`: how far the points are from where a camera with
square pixels, whatever its focal length and place, would see the corners of the shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_geometry import Point, is_convex, polygon_flaw

Floats = NDArray[np.float64]

MIN_AREA = 1e-4
"""Of the picture. Smaller, a pixel more or less changes every speed."""
MAX_ANGLE_DEGREES = 75.0
"""How far the shape may be from right angles: beyond, the lengths hardly tell it."""
SHAPES = 2001
FOCAL_LENGTHS = np.geomspace(0.3, 30.0, 400)
"""In heights of the picture: from a fisheye to a telescope."""


class InvalidCalibration(ValueError):
    """The points and lengths give no usable scale; the text says why."""


class GroundPlane:
    """The road as a plane, in metres. Only the quadrilateral is known; around it is extrapolation."""

    def __init__(self, calibration: CalibrateCoordinates, aspect_ratio: float, margin: float = 0.0) -> None:
        """`InvalidCalibration` if it is degenerate. `margin` enlarges the area by this share on every side."""
        points = calibration.image_points
        _check_points(points)
        self.corners_m = _shape(calibration.side_lengths_m, _is_clockwise(points))
        self._to_ground = _homography(np.array(points), self.corners_m)
        self._to_picture: Floats = np.linalg.inv(self._to_ground).astype(np.float64)
        self._edges = _edges(points, margin)
        self.reprojection_error = _reprojection_error(points, self.corners_m, aspect_ratio)
        """Root mean square over the four points, as a share of the picture's height; 0 is exact."""

    def to_ground(self, points: Floats) -> Floats:
        """N x 2, from fractions of the picture to metres."""
        return _project(self._to_ground, points)

    def to_picture(self, points_m: Floats) -> Floats:
        """N x 2, the inverse."""
        return _project(self._to_picture, points_m)

    def contains(self, points: Floats) -> NDArray[np.bool_]:
        """Which points are in the calibrated area."""
        inside = np.ones(len(points), dtype=bool)
        for a, b, c in self._edges:
            inside &= a * points[:, 0] + b * points[:, 1] + c >= 0
        return inside

    def step_m(self, points: Floats, step: float) -> Floats:
        """How many metres a step across or down in the picture is, at most, at each point."""
        here = self.to_ground(points)
        across = self.to_ground(points + np.array((step, 0.0))) - here
        down = self.to_ground(points + np.array((0.0, step))) - here
        longest: Floats = np.sqrt(np.maximum((across**2).sum(axis=1), (down**2).sum(axis=1)))
        return longest


def _check_points(points: Sequence[Point]) -> None:
    if flaw := polygon_flaw(points):
        raise InvalidCalibration(f"the image points are no quadrilateral: {flaw}")
    if not is_convex(points):
        raise InvalidCalibration("the image points are no convex quadrilateral: a flat road is seen as one")
    if (area := abs(_area(points))) < MIN_AREA:
        raise InvalidCalibration(
            f"the image points enclose {area:.1e} of the picture, at least {MIN_AREA:.0e} expected"
        )


def _area(points: Sequence[Point]) -> float:
    pairs = zip(points, (*points[1:], points[0]), strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2


def _is_clockwise(points: Sequence[Point]) -> bool:
    return _area(points) > 0


def _shape(sides: Sequence[float], is_clockwise: bool) -> Floats:
    """The corners in metres: of the quadrilaterals with these sides, the one nearest to right angles.

    The first corner is the origin, the first side lies on the x axis.
    """
    a, b, c, d = sides
    longest = max(sides)
    if longest >= sum(sides) - longest:
        raise InvalidCalibration(f"side lengths {a:g}, {b:g}, {c:g}, {d:g} m: the longest exceeds the others together")
    if a == c and b == d:
        corners = np.array([(0.0, 0.0), (a, 0.0), (a, b), (0.0, b)])
    else:
        corners = _nearest_to_right_angles(a, b, c, d)
    return corners if is_clockwise else corners * (1.0, -1.0)


def _nearest_to_right_angles(a: float, b: float, c: float, d: float) -> Floats:
    """Search over the diagonal from the first to the third corner."""
    low, high = max(abs(a - b), abs(c - d)), min(a + b, c + d)
    for _ in range(3):  # finer each time: a thousandth of the range, then of that
        diagonals: Floats = np.linspace(low, high, SHAPES, dtype=np.float64)[1:-1]
        worst = _worst_cosine(a, b, c, d, diagonals)
        best = int(np.argmin(worst))
        step = diagonals[1] - diagonals[0]
        low, high = diagonals[best] - step, diagonals[best] + step
    if worst[best] > math.sin(math.radians(MAX_ANGLE_DEGREES)):
        raise InvalidCalibration(f"side lengths {a:g}, {b:g}, {c:g}, {d:g} m give no shape with four clear corners")
    corners = _corners(a, b, c, d, float(diagonals[best]))
    if not is_convex([(float(x), float(y)) for x, y in corners]):
        raise InvalidCalibration(f"side lengths {a:g}, {b:g}, {c:g}, {d:g} m give no convex quadrilateral")
    return corners


def _worst_cosine(a: float, b: float, c: float, d: float, diagonals: Floats) -> Floats:
    """The largest cosine of the four corners' angles, for each diagonal."""
    squared = diagonals**2
    second, fourth = (a * a + b * b - squared) / (2 * a * b), (c * c + d * d - squared) / (2 * c * d)
    first_angle = np.arccos((a * a + squared - b * b) / (2 * a * diagonals))
    first_angle += np.arccos((d * d + squared - c * c) / (2 * d * diagonals))
    third_angle = 2 * np.pi - first_angle - np.arccos(second) - np.arccos(fourth)
    worst: Floats = np.abs(np.stack([np.cos(first_angle), second, np.cos(third_angle), fourth])).max(axis=0)
    return worst


def _corners(a: float, b: float, c: float, d: float, diagonal: float) -> Floats:
    to_third = math.acos((a * a + diagonal * diagonal - b * b) / (2 * a * diagonal))
    to_fourth = to_third + math.acos((d * d + diagonal * diagonal - c * c) / (2 * d * diagonal))
    third = diagonal * math.cos(to_third), diagonal * math.sin(to_third)
    return np.array([(0.0, 0.0), (a, 0.0), third, (d * math.cos(to_fourth), d * math.sin(to_fourth))])


def _homography(points: Floats, points_m: Floats) -> Floats:
    """The 3 x 3 matrix that maps the four points exactly."""
    rows, right = [], []
    for (x, y), (u, v) in zip(points.tolist(), points_m.tolist(), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    try:
        entries = np.linalg.solve(np.array(rows), np.array(right))
    except np.linalg.LinAlgError as error:
        raise InvalidCalibration("the image points and side lengths fix no plane") from error
    return np.append(entries, 1.0).reshape(3, 3)


def _project(matrix: Floats, points: Floats) -> Floats:
    projected = points @ matrix[:, :2].T + matrix[:, 2]
    result: Floats = projected[:, :2] / projected[:, 2:]
    return result


def _edges(points: Sequence[Point], margin: float) -> list[tuple[float, float, float]]:
    """Lines a x + b y + c = 0 around the enlarged quadrilateral, positive inside."""
    middle_x, middle_y = sum(x for x, _ in points) / 4, sum(y for _, y in points) / 4
    scale = 1 + 2 * margin
    corners = [(middle_x + (x - middle_x) * scale, middle_y + (y - middle_y) * scale) for x, y in points]
    sign = 1.0 if _is_clockwise(points) else -1.0
    lines = []
    for (x0, y0), (x1, y1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        a, b = sign * (y0 - y1), sign * (x1 - x0)
        lines.append((a, b, -(a * x0 + b * y0)))
    return lines


def _reprojection_error(points: Sequence[Point], corners_m: Floats, aspect_ratio: float) -> float:
    """With the best of all focal lengths; the principal point is the middle of the picture."""
    seen = (np.array(points) - 0.5) * (aspect_ratio, 1.0)
    matrix = _homography(corners_m, seen)
    return float(min(_error_at(matrix, focal, seen, corners_m) for focal in FOCAL_LENGTHS.tolist()))


def _error_at(matrix: Floats, focal: float, seen: Floats, corners_m: Floats) -> float:
    """The rigid camera nearest to the homography: its two axes made orthogonal, of the same length."""
    pose = matrix / np.array([[focal], [focal], [1.0]])
    left, lengths, right = np.linalg.svd(pose[:, :2], full_matrices=False)
    pose[:, :2] = left @ right * lengths.mean()
    projected = _project(pose, corners_m) * focal
    return float(np.sqrt(((projected - seen) ** 2).sum(axis=1).mean()))

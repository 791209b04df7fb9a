"""From picture to road and back, and which calibrations are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_counting.speed import GroundPlane, InvalidCalibration

ASPECT = 16 / 9
HEIGHT_M, TILT, FOCAL = 8.0, math.radians(30), 1.2


def seen(x_m: float, y_m: float) -> tuple[float, float]:
    """Where a camera 8 m above the road sees the point."""
    depth = y_m * math.cos(TILT) + HEIGHT_M * math.sin(TILT)
    up = y_m * math.sin(TILT) - HEIGHT_M * math.cos(TILT)
    return 0.5 + FOCAL * x_m / depth / ASPECT, 0.5 - FOCAL * up / depth


ROAD = ((-6.0, 15.0), (6.0, 15.0), (6.0, 45.0), (-6.0, 45.0))
SIDES = (12.0, 30.0, 12.0, 30.0)


def calibration(points: tuple, sides: tuple = SIDES) -> CalibrateCoordinates:
    return CalibrateCoordinates(image_points=points, side_lengths_m=sides)


def test_distances_on_the_road_are_exact_anywhere_in_the_quadrilateral() -> None:
    plane = GroundPlane(calibration(tuple(seen(*corner) for corner in ROAD)), ASPECT)
    for a, b in (((-5, 16), (4, 44)), ((0, 20), (0, 21)), ((3, 30), (-3, 30))):
        there = plane.to_ground(np.array([seen(*a), seen(*b)]))
        assert math.dist(*there.tolist()) == pytest.approx(math.dist(a, b), rel=1e-9)
    assert plane.reprojection_error < 1e-3


def test_the_inverse_leads_back_to_the_picture() -> None:
    points = np.array([seen(1, 20), seen(-2, 40)])
    plane = GroundPlane(calibration(tuple(seen(*corner) for corner in ROAD)), ASPECT)
    assert plane.to_picture(plane.to_ground(points)) == pytest.approx(points)


def test_the_order_of_the_points_may_be_either_way_round() -> None:
    backwards = tuple(seen(*corner) for corner in ROAD[::-1])
    plane = GroundPlane(calibration(backwards, (12.0, 30.0, 12.0, 30.0)), ASPECT)
    there = plane.to_ground(np.array([seen(0, 20), seen(0, 40)]))
    assert math.dist(*there.tolist()) == pytest.approx(20, rel=1e-9)


def test_a_point_at_the_wrong_place_shows_in_the_reprojection_error() -> None:
    points = [seen(*corner) for corner in ROAD]
    points[2] = points[2][0] + 0.05, points[2][1] + 0.05
    assert GroundPlane(calibration(tuple(points)), ASPECT).reprojection_error > 0.01


def test_with_unequal_sides_the_shape_nearest_to_right_angles_is_taken() -> None:
    sides = (12.0, 30.0, 10.0, 30.0)
    plane = GroundPlane(calibration(tuple(seen(*corner) for corner in ROAD), sides), ASPECT)
    corners = plane.corners_m.tolist()
    lengths = [math.dist(corner, corners[(n + 1) % 4]) for n, corner in enumerate(corners)]
    assert lengths == pytest.approx(sides)
    assert math.dist(corners[0], corners[2]) == pytest.approx(math.dist(corners[1], corners[3]), rel=1e-3)


def test_the_area_is_the_quadrilateral_with_its_margin() -> None:
    square = calibration(((0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)), (10.0, 10.0, 10.0, 10.0))
    points = np.array([(0.3, 0.3), (0.2, 0.2), (0.405, 0.3), (0.415, 0.3)])
    assert GroundPlane(square, ASPECT).contains(points).tolist() == [True, True, False, False]
    assert GroundPlane(square, ASPECT, margin=0.05).contains(points).tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("points", "sides", "reason"),
    [
        (((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)), SIDES, "crosses or touches"),
        (((0.1, 0.1), (0.5, 0.1), (0.9, 0.1), (0.5, 0.9)), SIDES, "convex"),
        (((0.1, 0.1), (0.9, 0.1), (0.2, 0.2), (0.1, 0.9)), SIDES, "convex"),
        (((0.1, 0.1), (0.1, 0.1), (0.9, 0.9), (0.1, 0.9)), SIDES, "the same"),
        (((0.1, 0.1), (0.109, 0.1), (0.109, 0.109), (0.1, 0.109)), SIDES, "enclose"),
        (((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)), (100.0, 10.0, 10.0, 10.0), "exceeds"),
        (((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)), (29.9, 10.0, 10.0, 10.0), "four clear corners"),
    ],
)
def test_what_gives_no_scale_is_refused_with_the_reason(points: tuple, sides: tuple, reason: str) -> None:
    with pytest.raises(InvalidCalibration, match=reason):
        GroundPlane(calibration(points, sides), ASPECT)

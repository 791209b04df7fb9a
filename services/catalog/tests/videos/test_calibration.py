from __future__ import annotations

import pytest

from onwatch_catalog.videos.calibration import calibration_flaw
from onwatch_contracts.http import CalibrateCoordinates

ROAD = ((0.3, 0.4), (0.7, 0.4), (0.9, 0.9), (0.1, 0.9))
SIDES = (7.2, 24.5, 7.2, 24.5)


@pytest.mark.parametrize(
    ("points", "sides_m", "says"),
    [
        (ROAD, SIDES, None),
        (ROAD, (1.0, 1.0, 1.0, 2.9), None),
        (ROAD, (1.0, 1.0, 1.0, 3.0), "side 4 is 3 m, the other three together 3 m"),
        ((ROAD[0], ROAD[2], ROAD[1], ROAD[3]), SIDES, "crosses or touches"),
        ((ROAD[0], ROAD[0], ROAD[2], ROAD[3]), SIDES, "points 1 and 2 are the same"),
        (((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0)), SIDES, "not the corners of a convex quadrilateral"),
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.3), (0.5, 0.9)), SIDES, "not the corners of a convex quadrilateral"),
    ],
)
def test_a_calibration_is_four_corners_and_sides_that_close(points: tuple, sides_m: tuple, says: str | None) -> None:
    flaw = calibration_flaw(CalibrateCoordinates(image_points=points, side_lengths_m=sides_m))

    assert (flaw is None) if says is None else (says in (flaw or ""))

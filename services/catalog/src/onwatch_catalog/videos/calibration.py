"""Checks a calibration: the corners of a quadrilateral of road, and side lengths that can close it."""

from __future__ import annotations

from collections.abc import Sequence

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_geometry import is_convex, polygon_flaw


def calibration_flaw(calibration: CalibrateCoordinates) -> str | None:
    """Why the ground plane cannot be derived from it; None if it can.

    A quadrilateral of road in front of the camera is convex in the picture when it is convex on the ground, and
    three corners on one line leave the mapping undetermined.
    """
    flaw = polygon_flaw(calibration.image_points)
    if flaw is None and not is_convex(calibration.image_points):
        flaw = "the four points are not the corners of a convex quadrilateral, in order around it"
    return flaw or _sides_flaw(calibration.side_lengths_m)


def _sides_flaw(sides_m: Sequence[float]) -> str | None:
    for place, side_m in enumerate(sides_m, start=1):
        others_m = sum(sides_m) - side_m
        if side_m >= others_m:
            return f"side {place} is {side_m:g} m, the other three together {others_m:g} m: they cannot close"
    return None

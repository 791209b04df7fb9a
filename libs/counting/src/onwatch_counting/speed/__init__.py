"""Speeds on the road: from the picture to the ground, and a robust line through positions over time."""

from onwatch_counting.speed.calibration import GroundPlane, InvalidCalibration
from onwatch_counting.speed.fit import Fit, Window, fit_windows
from onwatch_counting.speed.rules import SpeedRules
from onwatch_counting.speed.windows import KMH, GroundPath, Speed, crossing_window, mean_speed, visit_windows

__all__ = [
    "KMH",
    "Fit",
    "GroundPath",
    "GroundPlane",
    "InvalidCalibration",
    "Speed",
    "SpeedRules",
    "Window",
    "crossing_window",
    "fit_windows",
    "mean_speed",
    "visit_windows",
]

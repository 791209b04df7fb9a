"""Follows vehicles from frame to frame; `zones` counts them."""

from onwatch_detector.count.interpolation import interpolated
from onwatch_detector.count.tracking import (
    ACTIVATION_CONFIDENCE,
    HIGH_CONFIDENCE,
    MIN_SIMILARITY,
    TrackedBox,
    Tracker,
)

__all__ = ["ACTIVATION_CONFIDENCE", "HIGH_CONFIDENCE", "MIN_SIMILARITY", "TrackedBox", "Tracker", "interpolated"]

"""Decides which pictures are still: they show nothing that the last inferred one did not. Pure rules, no I/O.

The whole picture decides, not only what zones and gates see: zones drawn later are counted from the log, with the
rows of a run that began with them.
"""

from __future__ import annotations

import cv2
import numpy as np

from onwatch_detector.read import GREY_SIDE, ROUNDING_S, Frame
from onwatch_media import Grey

CHANGE = 6
"""Grey levels of 255 by which one of these pixels has to differ."""


class Stillness:
    """Compares frames in order with the last one that was not still, the reference.

    None is still `interval_s` after that: the model looks again, and finds what is too dim to be a change.
    """

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self._reference: Grey | None = None
        self._reference_s = 0.0

    def is_still(self, frame: Frame) -> bool:
        """Whether the next frame is still; otherwise it is the new reference."""
        grey = frame.shrink(GREY_SIDE)
        is_due = frame.timestamp_s - self._reference_s >= self.interval_s - ROUNDING_S
        if not is_due and self._reference is not None and not _differs(self._reference, grey):
            return True
        self._reference, self._reference_s = grey, frame.timestamp_s
        return False


def _differs(one: Grey, other: Grey) -> bool:
    return one.shape != other.shape or bool(np.max(cv2.absdiff(one, other)) >= CHANGE)

"""Decides which frames are inferred, by what changes from one to the next. Pure rules, no I/O.

The whole picture decides, not only what zones and gates see: zones drawn later are counted from the log, with the
rows of a run that began with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import cv2
import numpy as np

from onwatch_detector.read import GREY_SIDE, ROUNDING_S, Frame
from onwatch_media import Grey

LEAST_CHANGE, MOST_CHANGE = 4, 12
"""Grey levels of 255: by the first a pixel has to differ at least to show something new, and by the second it does,
whatever the noise."""
NOISES = 6.0
"""And by so many standard deviations of the noise, which is measured in the same pictures."""
QUIET_MEAN = 0.324
"""Mean of the lower half of absolute values that are normally distributed, in standard deviations."""


class Treatment(Enum):
    """Where the boxes of a frame come from."""

    INFER = auto()
    REPEAT = auto()
    """It shows nothing that the newest inferred frame does not, whose boxes it gets."""
    INTERPOLATE = auto()
    """It lies between two frames whose boxes are known."""


@dataclass(frozen=True)
class Intervals:
    """How long nothing is inferred, at most. A run keeps those it began with."""

    still_s: float = 0.0
    """While the picture shows nothing new; 0: such frames are inferred as others are."""
    moving_s: float = 0.0
    """While something moves; 0: every frame is inferred then."""

    def __bool__(self) -> bool:
        return self.still_s > 0 or self.moving_s > 0


EVERY_FRAME = Intervals()


class Selector:
    """Compares frames in order with the newest one that is inferred, the reference.

    None is left out once its interval is over: the model looks again, and finds what is too dim to be a change.
    """

    def __init__(self, intervals: Intervals) -> None:
        self._intervals = intervals
        self._reference: Grey | None = None
        self._reference_s = 0.0
        self._moves = False
        """Whether something has moved since the reference."""

    def select(self, frame: Frame) -> Treatment:
        """How the next frame is treated; an inferred one is the new reference."""
        grey = frame.shrink(GREY_SIDE)
        passed_s = frame.timestamp_s - self._reference_s + ROUNDING_S
        if self._reference is not None:
            self._moves = self._moves or _differs(self._reference, grey)
            if not self._moves and passed_s < self._intervals.still_s:
                return Treatment.REPEAT
            if passed_s < self._intervals.moving_s:
                return Treatment.INTERPOLATE
        self._reference, self._reference_s, self._moves = grey, frame.timestamp_s, False
        return Treatment.INFER


def _differs(one: Grey, other: Grey) -> bool:
    if one.shape != other.shape:
        return True
    change: Grey = cv2.absdiff(one, other)  # type: ignore[assignment]  # dtype is kept
    largest = int(change.max())
    return largest >= MOST_CHANGE or (largest >= LEAST_CHANGE and largest >= NOISES * _noise(change))


def _noise(change: Grey) -> float:
    """Its standard deviation, from the half of the pixels that differ least: what moves is in the other half."""
    half = change.size // 2
    return float(np.partition(change, half, axis=None)[:half].mean()) / QUIET_MEAN

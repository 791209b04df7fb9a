"""Finds vehicles in a dark scene: their headlights change the road far ahead of them, and may be all that is seen.

On the road the light of a lamp fades over many pixels, and its ratio to the background is smooth. At a vehicle that
ratio changes from one pixel to the next. Such changes are found with whole numbers: each processor decides alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from onwatch_detector.detect.motion.background import median_level
from onwatch_detector.detections import Picture

Mask = NDArray[np.uint8]
Logarithms = NDArray[np.int16]

DARK_LEVEL = 55  # grey level of the middle pixel; by day it is 89 and more
STEPS = 1024  # of a natural logarithm
ADDED = 16.0  # grey levels before the logarithm: the ratio of two near-black pixels is noise
LOGARITHMS: Logarithms = np.rint(STEPS * np.log(np.arange(256) + ADDED)).astype(np.int16)  # of each grey level
SOBEL = 8  # what OpenCV's operator makes of a change by 1 in each pixel
SUDDEN = 0.08  # change of the logarithm from one pixel to the next
STREAK_PX = 5  # what is bright over less than this is rain
NEAR_PX = 9  # sudden changes this close to one of more than a streak count

# A lamp is a bright spot in some colour, much brighter than the background.
LAMP_LEVEL = 150
LAMP_GAIN = 0.7  # natural logarithm: twice as bright
LARGEST_LAMP = 0.02  # of the longer side of the picture, as the side of a square
MOST_LAMPS = 60  # in a picture: more bright spots are rain or snow
# Two lamps of one vehicle are nearly level, of similar size, and closer to each other than to any other.
LEVEL_SLOPE = 0.25
LARGEST_RATIO = 3.0  # of their areas
FARTHEST = 10.0  # sizes of the larger lamp
FRONT_HEIGHT = 0.4  # of the distance of the lamps: a front reaches at least so far above them


def is_dark(background: Picture) -> bool:
    """Whether a scene is dark by its background."""
    return median_level(np.asarray(cv2.cvtColor(background, cv2.COLOR_BGR2GRAY), np.uint8)) < DARK_LEVEL


class DarkScene:
    """Compares pictures with a dark background, both of working size."""

    def __init__(self, background: Picture) -> None:
        self._background = _logarithms(background)
        self._without_streaks = _logarithms(_without_streaks(background))
        self._largest_lamp_px2 = (LARGEST_LAMP * max(background.shape[:2])) ** 2

    def changed(self, picture: Picture) -> Mask:
        """1 where something differs from the background and is not the road in another light."""
        ratio = _logarithms(picture) - self._background
        sudden = _sudden(ratio)
        solid = _sudden(_logarithms(_without_streaks(picture)) - self._without_streaks)
        solid = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
        mask = solid | (sudden & np.asarray(cv2.dilate(solid, np.ones((NEAR_PX, NEAR_PX), np.uint8)), np.uint8))
        for left, top, right, bottom in map(front, pairs(self._lamps(picture, ratio))):
            mask[max(0, top) : bottom, max(0, left) : right] = 1
        return mask

    def _lamps(self, picture: Picture, ratio: Logarithms) -> list[Lamp]:
        is_bright = (picture >= LAMP_LEVEL) & (ratio >= LAMP_GAIN * STEPS)
        spots = np.asarray(is_bright[..., 0] | is_bright[..., 1] | is_bright[..., 2], np.uint8)
        count, _, stats, centres = cv2.connectedComponentsWithStats(spots)
        if count - 1 > MOST_LAMPS:
            return []
        areas = stats[1:count, cv2.CC_STAT_AREA].tolist()
        places = centres[1:count].tolist()
        return [Lamp(x, y, area) for (x, y), area in zip(places, areas, strict=True) if area <= self._largest_lamp_px2]


@dataclass(frozen=True)
class Lamp:
    """A bright spot; its centre and area in working pixels."""

    x_px: float
    y_px: float
    area_px2: int

    @property
    def size_px(self) -> float:
        """The side of a square of its area."""
        return float(self.area_px2**0.5)


Pair = tuple[Lamp, Lamp]
"""The left lamp of a vehicle and the right one, as seen."""


def pairs(lamps: Sequence[Lamp]) -> Iterator[Pair]:
    """Lamps that are those of one vehicle, closest ones first; each lamp at most once."""
    near = sorted(
        (other.x_px - one.x_px, i, j)
        for i, one in enumerate(lamps)
        for j, other in enumerate(lamps)
        if one.x_px < other.x_px and _may_be_pair(one, other)
    )
    used: set[int] = set()
    for _, i, j in near:
        if not used & {i, j}:
            used |= {i, j}
            yield lamps[i], lamps[j]


def front(pair: Pair) -> tuple[int, int, int, int]:
    """What is certainly part of the vehicle: from lamp to lamp and above them. Left, top, right, bottom."""
    left, right = pair
    across, half = right.x_px - left.x_px, max(left.size_px, right.size_px) / 2
    bottom = max(left.y_px, right.y_px) + half
    top = min(left.y_px, right.y_px) - max(half, FRONT_HEIGHT * across)
    return round(left.x_px - half), round(top), round(right.x_px + half), round(bottom)


def _may_be_pair(left: Lamp, right: Lamp) -> bool:
    across = right.x_px - left.x_px
    smaller, larger = sorted((left.area_px2, right.area_px2))
    is_level = abs(right.y_px - left.y_px) <= LEVEL_SLOPE * across
    return is_level and larger <= LARGEST_RATIO * smaller and across <= FARTHEST * larger**0.5


def _logarithms(picture: Picture) -> Logarithms:
    return np.asarray(cv2.LUT(picture, LOGARITHMS), np.int16)


def _without_streaks(picture: Picture) -> Picture:
    return np.asarray(cv2.morphologyEx(picture, cv2.MORPH_OPEN, np.ones((1, STREAK_PX), np.uint8)), np.uint8)


def _sudden(ratio: Logarithms) -> Mask:
    """1 where the logarithm of the ratio to the background changes suddenly in some colour."""
    across, down = (cv2.Sobel(ratio, cv2.CV_16S, *direction).astype(np.int32) for direction in ((1, 0), (0, 1)))
    limit = round(SUDDEN * STEPS * SOBEL)
    is_sudden = across * across + down * down > limit * limit
    return np.asarray(is_sudden[..., 0] | is_sudden[..., 1] | is_sudden[..., 2], np.uint8)

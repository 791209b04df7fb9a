"""Finds what differs from the background and has the size of a vehicle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.motion.background import Background, relit, shrunk
from onwatch_detector.detect.motion.dark_scene import DarkScene, Mask, is_dark
from onwatch_detector.detections import TYPE_COLUMN, TYPES, Detections, Floats, Picture

Outline = NDArray[Any]

DIFFERENT = 255  # OpenCV's value for foreground; shadow has another
MIN_VARIANCE = 15.0  # squared grey levels, OpenCV's own start value: no camera has less noise
NOISE_VARIANCES = 4.0  # a pixel that moves with the leaves varies more than the typical one
VARIANCES_APART = 16.0  # squared distance from which a pixel differs: four standard deviations
MIN_CONFIDENCE = 0.4  # above the threshold that begins a track
OUTLINE_PX = 3


@dataclass(frozen=True)
class MotionOptions:
    """Lengths are fractions of the longer side of the picture, sizes of its area."""

    darkest_shadow: float = 0.4
    """A pixel of the background's colour that is darker, down to this share of its brightness, is shadow."""
    brightest_glare: float = 1.1
    """One that is up to this many times brighter is road in another light."""
    speck: float = 0.004
    """Anything thinner is noise."""
    gap: float = 0.025
    """Parts closer together are one vehicle: windows and grey paint look like road."""
    smallest: float = 0.001
    """Anything smaller is not a vehicle."""
    largest: float = 0.8
    """Anything larger is not a vehicle either: the light has changed, or the camera was moved."""
    faintest_outline: float = 0.6
    """An outline weaker than this share of the background's belongs to something that has left."""


class Foreground:
    """Compares pictures with one background. The same picture gives the same boxes, in any order. Not thread-safe."""

    def __init__(self, background: Background, options: MotionOptions | None = None) -> None:
        self._options = options or MotionOptions()
        self._background = background
        self._edges = _edges(background.picture)
        self._changed = _comparison(background, self._options)
        side_px = max(background.picture.shape[:2])
        self._speck, self._gap = _disc(self._options.speck * side_px), _disc(self._options.gap * side_px)

    def detect(self, picture: Picture) -> Detections:
        """Whatever moves in the picture, as vehicles of unknown type, largest first."""
        small = shrunk(picture)
        blobs = self.blobs(small)
        if not blobs:
            return Detections.none()
        scale = picture.shape[1] / small.shape[1], picture.shape[0] / small.shape[0]
        boxes = np.array([blob.box for blob in blobs], np.float32) * np.array(scale * 2, np.float32)
        confidences = np.array([max(MIN_CONFIDENCE, blob.fill) for blob in blobs], np.float32)
        scores = np.zeros((len(blobs), len(TYPES)), np.float32)
        shares = _areas(boxes) / np.float32(picture.shape[0] * picture.shape[1])
        scores[:, TYPE_COLUMN[VehicleType.VEHICLE]] = confidences * shares
        return Detections(boxes, confidences, (VehicleType.VEHICLE,) * len(blobs), scores)

    def blobs(self, small: Picture) -> list[Blob]:
        """The same for a picture of working size. Empty if its size is not the background's."""
        if small.shape != self._background.picture.shape:
            return []
        lit = relit(small, self._background.picture)
        outlines = [outline for outline in self._outlines(lit) if self._is_sized(outline)]
        edges = _edges(lit) if outlines else self._edges
        return sorted(Blob.of(outline) for outline in outlines if not self._is_ghost(outline, edges))

    def _outlines(self, lit: Picture) -> Sequence[Outline]:
        """Outlines of the foreground, without specks and holes."""
        mask = np.asarray(cv2.morphologyEx(self._changed(lit), cv2.MORPH_OPEN, self._speck), np.uint8)
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, self._gap), np.uint8)
        return cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]

    def _is_sized(self, outline: Outline) -> bool:
        share = cv2.contourArea(outline) / (self._edges.shape[0] * self._edges.shape[1])
        return self._options.smallest <= share <= self._options.largest

    def _is_ghost(self, outline: Outline, edges: Floats) -> bool:
        """Something in the background that has left: its outline is in the background only."""
        band = np.zeros(edges.shape, np.uint8)
        cv2.drawContours(band, [outline], -1, 1, OUTLINE_PX)
        strength, background_strength = edges[band > 0].mean(), self._edges[band > 0].mean()
        return bool(strength < self._options.faintest_outline * background_strength)


@dataclass(frozen=True, order=True)
class Blob:
    """A moving thing. Sorts largest first, equal ones by position, so that the order is deterministic."""

    minus_area: int
    box: tuple[int, int, int, int]
    """Left, top, right, bottom in working pixels."""
    fill: float
    """Covered share of the box."""

    @classmethod
    def of(cls, outline: Outline) -> Blob:
        left, top, width, height = cv2.boundingRect(outline)
        fill = min(1.0, cv2.contourArea(outline) / (width * height))
        return cls(-width * height, (left, top, left + width, top + height), fill)


def _comparison(background: Background, options: MotionOptions) -> Callable[[Picture], Mask]:
    """Tells where a picture of working size differs from the background: 1 there."""
    if is_dark(background.picture):
        return DarkScene(background.picture).changed
    subtractor = _subtractor(background, options)
    # A learning rate of 0 leaves the model unchanged: its output does not depend on earlier pictures.
    return lambda lit: np.asarray(subtractor.apply(lit, None, 0.0) == DIFFERENT, np.uint8)


def _subtractor(background: Background, options: MotionOptions) -> cv2.BackgroundSubtractorMOG2:
    """OpenCV's mixture of Gaussians with a single one per pixel: around the background, as wide as its noise.

    It detects shadow but no glare. Therefore its background is the road in the brightest light, and all darker road is
    shadow.
    """
    subtractor = cv2.createBackgroundSubtractorMOG2(history=1, varThreshold=VARIANCES_APART, detectShadows=True)
    variance = max(MIN_VARIANCE, NOISE_VARIANCES * background.noise**2)
    subtractor.setVarMax(variance)
    subtractor.setVarInit(variance)
    subtractor.setShadowThreshold(options.darkest_shadow / options.brightest_glare)
    subtractor.apply(cv2.convertScaleAbs(background.picture, alpha=options.brightest_glare), None, 1.0)
    return subtractor


def _edges(picture: Picture) -> Floats:
    """How strongly the brightness changes at each pixel."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _disc(diameter_px: float) -> Mask:
    odd = 2 * max(1, round(diameter_px / 2)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (odd, odd)), np.uint8)


def _areas(boxes: Floats) -> Floats:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float32)

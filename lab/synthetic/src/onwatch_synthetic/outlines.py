"""Visible fraction of each vehicle: outlines painted as numbers, near over far, and counted."""

from collections.abc import Sequence

import cv2
import numpy as np

from .geometry import Floats, Image

MASK_SCALE = 2  # visibility is counted on a mask this much smaller
COLOURS = 254  # outlines that a mask of bytes can distinguish


def outline_mask(outlines: Sequence[Floats], size: tuple[int, int]) -> Image:
    """Convex outlines (N, 2) in pixels of a (width, height) picture, far to near; each is painted with its number."""
    width, height = size
    mask: Image = np.zeros((height // MASK_SCALE, width // MASK_SCALE), dtype=np.uint8)
    for number, outline in enumerate(outlines):
        points = np.rint(outline.clip(-4000, 4000) / MASK_SCALE).astype(np.int32)
        cv2.fillConvexPoly(mask, points, (float(number % COLOURS + 1),))
    return mask


def visible_fractions(mask: Image, outlines: Sequence[Floats]) -> list[float]:
    """Visible fraction of each outline's area in the mask, 0..1."""
    left = np.bincount(mask.ravel(), minlength=COLOURS + 2)
    areas = (max(cv2.contourArea(outline.astype(np.float32)), 1.0) / MASK_SCALE**2 for outline in outlines)
    return [float(min(1.0, left[number % COLOURS + 1] / area)) for number, area in enumerate(areas)]

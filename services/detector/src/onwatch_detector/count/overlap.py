"""Areas that boxes have in common. Pure; boxes are N x 4: left, top, right, bottom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def areas(boxes: Floats) -> Floats:
    """Below 0 for a prediction that is turned inside out."""
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))


def shared_areas(boxes: Floats, others: Floats) -> Floats:
    """Of each box with each of the others."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.asarray(np.clip(high - low, 0, None).prod(axis=2))


def overlaps(boxes: Floats, others: Floats) -> Floats:
    """IoU of each box with each of the others; a prediction that is turned inside out overlaps nothing."""
    shared = shared_areas(boxes, others)
    sizes = np.abs(areas(boxes))[:, None] + areas(others)[None]
    return np.asarray(shared / np.maximum(sizes - shared, 1e-9))

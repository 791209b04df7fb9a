"""Decides which boxes show a vehicle that is followed: a part of it, or the whole where a part is followed. Pure.

A model may find a vehicle and its cab, its trailer or one end of it in one picture. Their boxes are too unlike for the
engine to take them for one, but nearly all of the part lies in the box of the vehicle. So does the box of a vehicle
that another one hides, or that stands before it, for as long as it is there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from onwatch_detector.count.overlap import Floats, areas, shared_areas

PART = 0.85
"""A box that lies by this share of itself in another one is a part of that vehicle. One of which a quarter looks out
from behind another has less in the other's box."""
WEAK_PART = 0.6
"""The same for a box that by itself would begin no track."""
LEAST_PART = 0.3
"""A vehicle with less than this share of the area of a box around it is no part: a car that stands before a bus."""


def show_vehicles(boxes: Floats, is_weak: NDArray[np.bool_], vehicles: Floats) -> NDArray[np.bool_]:
    """Of each box, whether it shows one of the vehicles."""
    if not len(boxes) or not len(vehicles):
        return np.zeros(len(boxes), np.bool_)
    shared, sizes, theirs = shared_areas(boxes, vehicles), areas(boxes)[:, None], areas(vehicles)[None]
    is_part = shared / sizes > np.where(is_weak, WEAK_PART, PART)[:, None]
    is_whole = (shared / theirs > PART) & (theirs >= LEAST_PART * sizes)
    return np.asarray((is_part | is_whole).any(axis=1))

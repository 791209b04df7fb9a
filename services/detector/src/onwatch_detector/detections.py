"""The vehicles found in one picture, and the array types they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.values import VehicleType

Picture = NDArray[np.uint8]
"""Height x width x 3, blue-green-red."""
Floats = NDArray[np.float32]

TYPES: tuple[VehicleType, ...] = tuple(VehicleType)
"""The columns of `Detections.scores`, unless a model has classes of its own."""
TYPE_COLUMN: Mapping[VehicleType, int] = MappingProxyType({each: column for column, each in enumerate(TYPES)})


@dataclass(frozen=True, eq=False)
class Detections:
    """The vehicles of one picture, best first, at most one box per vehicle."""

    boxes: Floats
    """N x 4: left, top, right, bottom, in pixels of the picture, clipped to it, never empty."""
    confidences: Floats
    """N, 0..1: the score of the vehicle's own type."""
    vehicle_types: tuple[str, ...]
    """A `VehicleType`, or the name of a class of a custom model."""
    scores: Floats
    """N x len(columns), 0..1: the evidence of this picture for each type, summed over a visit: confidence times the
    share of the picture that the box covers, because a vehicle is recognised better from near than from afar."""
    columns: tuple[str, ...] = TYPES
    """The types that `scores` are for: all of `VehicleType`, then the classes of a custom model."""
    threshold: float = 0.0
    """Detections with less confidence are weak: they continue tracks, and begin one only if they move."""

    def __len__(self) -> int:
        return len(self.vehicle_types)

    @classmethod
    def none(cls) -> Detections:
        nothing = np.zeros(0, np.float32)
        return cls(nothing.reshape(0, 4), nothing, (), nothing.reshape(0, len(TYPES)))

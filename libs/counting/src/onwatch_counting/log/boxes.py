"""One tracked box and one picture, at the resolution of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from onwatch_contracts.values import Anchor, VehicleType
from onwatch_counting.zones import Observation
from onwatch_geometry import Point

RESOLUTION = 32768
"""Steps across the width and the height of a picture: a quarter of a pixel in 8K. A power of two: floats are exact."""
CONFIDENCE_STEPS = 256
"""Steps of confidences and scores from 0 to 1. A power of two, too."""

_TYPES: dict[str, int] = {kind.value: index for index, kind in enumerate(VehicleType)}
_UNKNOWN = _TYPES[VehicleType.VEHICLE.value]


class LoggedBox(NamedTuple):
    """A tracked box. A named tuple: an hour has half a million of them, and this is the fastest to create."""

    track_id: int
    left: int
    top: int
    right: int
    bottom: int
    """Edges in steps of 1 / `RESOLUTION` of the picture's width and height, 0 to `RESOLUTION`."""
    confidence: int
    """In steps of 1 / `CONFIDENCE_STEPS`."""
    vehicle_type: str
    """A `VehicleType`, or the class name of a custom model."""
    scores: tuple[tuple[str, int], ...] = ()
    """Class scores above 0 by type, in steps of 1 / `CONFIDENCE_STEPS`, sorted by type. The evidence for a type is its
    score times the area of the box. Empty: the confidence is the evidence for `vehicle_type`."""

    def observation(self, anchor: Anchor) -> Observation:
        """The input of the zone rules. They know no classes of custom models: those are `vehicle` there."""
        left, top, right, bottom = (
            self.left / RESOLUTION,
            self.top / RESOLUTION,
            self.right / RESOLUTION,
            self.bottom / RESOLUTION,
        )
        point: Point = ((left + right) / 2, bottom if anchor is Anchor.BOTTOM_CENTER else (top + bottom) / 2)
        return Observation(
            self.track_id,
            point,
            (left, top, right, bottom),
            VehicleType(self.vehicle_type) if self.vehicle_type in _TYPES else VehicleType.VEHICLE,
            self.confidence / CONFIDENCE_STEPS,
            self._evidence((right - left) * (bottom - top)),
        )

    def votes(self) -> dict[str, int]:
        """The same evidence for the type of a vehicle, as exact integers and with the classes of custom models."""
        area = (self.right - self.left) * (self.bottom - self.top)
        if not self.scores or not area:
            return {self.vehicle_type: self.confidence * RESOLUTION * RESOLUTION}
        return {kind: score * area for kind, score in self.scores}

    def _evidence(self, area: float) -> tuple[float, ...]:
        if not self.scores:
            return ()
        evidence = [0.0] * len(_TYPES)
        for kind, score in self.scores:
            evidence[_TYPES.get(kind, _UNKNOWN)] += score / CONFIDENCE_STEPS * area
        return tuple(evidence)


@dataclass(frozen=True, slots=True)
class LoggedPicture:
    """The tracked boxes of one analysed picture, also if there are none: time passes in it, too."""

    timestamp_s: float
    """Exact, bit for bit."""
    boxes: tuple[LoggedBox, ...] = ()
    """Ordered by track id."""
    is_inferred: bool = True
    """Whether it was detected in. If not, its boxes are those of the picture before, as it showed nothing new, or
    interpolated between those of inferred pictures."""

"""What the zone rules are told about one vehicle in one frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onwatch_contracts.values import VehicleType
from onwatch_geometry import Point

Box = tuple[float, float, float, float]
VEHICLE_TYPES: tuple[VehicleType, ...] = tuple(VehicleType)


@dataclass(frozen=True, slots=True)
class Observation:
    """A detection that belongs to a track; coordinates are fractions of the picture, 0..1."""

    track_id: int
    anchor: Point
    box: Box
    """Left, top, right, bottom."""
    vehicle_type: VehicleType
    confidence: float
    scores: tuple[float, ...] = ()
    """Evidence for each `VehicleType`, in its order; where there is none, the confidence speaks for `vehicle_type`."""

    def evidence(self) -> Iterator[tuple[VehicleType, float]]:
        """What this detection says for each type it says anything for."""
        if not any(self.scores):
            yield self.vehicle_type, self.confidence
            return
        yield from ((kind, score) for kind, score in zip(VEHICLE_TYPES, self.scores, strict=True) if score > 0)

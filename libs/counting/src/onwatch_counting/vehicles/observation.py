"""The input of the rules: one vehicle in one frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onwatch_contracts.values import VehicleType
from onwatch_geometry import Box, Point

VEHICLE_TYPES: tuple[VehicleType, ...] = tuple(VehicleType)


@dataclass(frozen=True, slots=True)
class Observation:
    """A detection that belongs to a track; coordinates are fractions of the picture, 0..1."""

    track_id: int
    anchor: Point
    box: Box
    vehicle_type: VehicleType
    confidence: float
    scores: tuple[float, ...] = ()
    """Evidence for each `VehicleType`, in its order; if empty, the confidence is the evidence for `vehicle_type`."""

    def evidence(self) -> Iterator[tuple[VehicleType, float]]:
        """The types this detection has evidence for, with its weight."""
        if not any(self.scores):
            yield self.vehicle_type, self.confidence
            return
        yield from ((kind, score) for kind, score in zip(VEHICLE_TYPES, self.scores, strict=True) if score > 0)

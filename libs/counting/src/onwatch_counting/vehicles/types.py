"""The type of a vehicle: a vote of all its detections."""

from __future__ import annotations

from collections.abc import Mapping

from onwatch_contracts.values import VehicleType

TypeVotes = dict[str, int]
"""Evidence by type name. Integers, so that the order of detections does not matter."""

_ORDER: dict[str, int] = {kind.value: place for place, kind in enumerate(VehicleType)}


def best_type(votes: Mapping[str, int]) -> str:
    """The type with the most evidence; at a tie the one listed first, those of custom models by name."""
    return min(votes, key=lambda kind: (-votes[kind], _ORDER.get(kind, len(_ORDER)), kind))


def known_type(kind: str) -> VehicleType:
    """Classes of custom models look like any vehicle."""
    return VehicleType(kind) if kind in _ORDER else VehicleType.VEHICLE

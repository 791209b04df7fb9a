"""Synthetic traffic clips with exact ground truth."""

from .clip import write_clip
from .scene import Scene
from .spec import PRESETS, SAMPLE, SHORT, VEHICLE_TYPES, Anchor, ClipSpec, Lighting, VehicleType, View
from .truth import Truth, TruthBox, VehicleTruth

__all__ = [
    "PRESETS",
    "SAMPLE",
    "SHORT",
    "VEHICLE_TYPES",
    "Anchor",
    "ClipSpec",
    "Lighting",
    "Scene",
    "Truth",
    "TruthBox",
    "VehicleTruth",
    "VehicleType",
    "View",
    "write_clip",
]

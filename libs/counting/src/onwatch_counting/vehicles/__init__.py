"""Which tracks are one vehicle: where it can be after its track broke, and whether it stands."""

from onwatch_counting.vehicles.motion import Motion
from onwatch_counting.vehicles.observation import VEHICLE_TYPES, Observation
from onwatch_counting.vehicles.rematch import continuations
from onwatch_counting.vehicles.rules import TOLERANCE_S, VehicleRules

__all__ = ["TOLERANCE_S", "VEHICLE_TYPES", "Motion", "Observation", "VehicleRules", "continuations"]

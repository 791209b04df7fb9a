"""Which tracks are one vehicle: where it can be after its track broke, whether it is confirmed, and when it stood."""

from onwatch_counting.vehicles.border import EDGE
from onwatch_counting.vehicles.confirmation import Confirmation
from onwatch_counting.vehicles.identity import Identity
from onwatch_counting.vehicles.motion import Motion
from onwatch_counting.vehicles.observation import VEHICLE_TYPES, Observation
from onwatch_counting.vehicles.rematch import continuations, distance_boxes, distance_from_way, look_alike
from onwatch_counting.vehicles.rules import TOLERANCE_S, VehicleRules
from onwatch_counting.vehicles.standing import Span, parked_spans, stops_of, within
from onwatch_counting.vehicles.types import TypeVotes, best_type, known_type

__all__ = [
    "EDGE",
    "TOLERANCE_S",
    "VEHICLE_TYPES",
    "Confirmation",
    "Identity",
    "Motion",
    "Observation",
    "Span",
    "TypeVotes",
    "VehicleRules",
    "best_type",
    "continuations",
    "distance_boxes",
    "distance_from_way",
    "known_type",
    "look_alike",
    "parked_spans",
    "stops_of",
    "within",
]

"""Decides whether a new track is a lost vehicle whose track broke."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol, TypeVar

from onwatch_contracts.values import VehicleType
from onwatch_counting.vehicles.border import has_left
from onwatch_counting.vehicles.motion import Motion
from onwatch_counting.vehicles.observation import Observation
from onwatch_counting.vehicles.rules import VehicleRules
from onwatch_geometry import Box, middle, size

# Types that a model confuses with each other in a single frame; a motorcycle is never mistaken for a bus.
LOOK_ALIKE: tuple[frozenset[VehicleType], ...] = (
    frozenset({VehicleType.CAR, VehicleType.TRUCK, VehicleType.BUS, VehicleType.VEHICLE}),
    frozenset({VehicleType.MOTORCYCLE, VehicleType.BICYCLE, VehicleType.VEHICLE}),
)


class Moving(Protocol):
    """A vehicle that may be found again."""

    @property
    def motion(self) -> Motion: ...

    def best_type(self) -> VehicleType: ...


AnyVehicle = TypeVar("AnyVehicle", bound=Moving)


def continuations(
    lost: Sequence[AnyVehicle], new_tracks: Sequence[Observation], timestamp_s: float, rules: VehicleRules
) -> dict[int, AnyVehicle]:
    """The lost vehicles that new tracks continue, by new track id; nearest pairs first, each at most once.

    A vehicle detected only once may have been a false detection and is never continued.
    """
    pairs = sorted(
        (
            (distance, vehicle.motion.track_id, new_track.track_id, vehicle)
            for vehicle in lost
            if vehicle.motion.velocity is not None
            for new_track in new_tracks
            if (distance := distance_boxes(vehicle.motion, new_track.box, timestamp_s, rules)) is not None
            and look_alike(vehicle.best_type(), new_track.vehicle_type)
        ),
        key=lambda pair: pair[:3],
    )
    found: dict[int, AnyVehicle] = {}
    taken: set[int] = set()
    for _, lost_track_id, new_track_id, vehicle in pairs:
        if lost_track_id not in taken and new_track_id not in found:
            found[new_track_id] = vehicle
            taken.add(lost_track_id)
    return found


def distance_boxes(motion: Motion, box: Box, timestamp_s: float, rules: VehicleRules) -> float | None:
    """Distance of a new track's box from where the vehicle can be, in boxes; None if it cannot be the vehicle.

    The vehicle can be anywhere between its last position (it braked) and where its speed would have taken it; one that
    stood is still at its last position. One that has left over the border of the picture is nowhere: what begins there
    is another vehicle.
    """
    if not _similar_size(motion.box, box, rules) or has_left(motion, timestamp_s, rules):
        return None
    unseen_s = 0.0 if motion.stands(rules) else timestamp_s - motion.seen_s
    distance = distance_from_way(motion, box, unseen_s)
    return distance if distance <= rules.rematch_boxes + rules.rematch_boxes_per_s * unseen_s else None


def distance_from_way(motion: Motion, box: Box, ahead_s: float) -> float:
    """Distance of the box from the way the vehicle covers in the given time, in mean sizes of both boxes."""
    width, height = _mean_size(motion.box, box)
    (x, y), (vx, vy), (new_x, new_y) = middle(motion.box), motion.velocity or (0.0, 0.0), middle(box)
    way = vx * ahead_s / width, vy * ahead_s / height
    return _distance_from_segment(way, ((new_x - x) / width, (new_y - y) / height))


def look_alike(a: VehicleType, b: VehicleType) -> bool:
    """Whether a model may confuse the types in a single frame."""
    return any(a in group and b in group for group in LOOK_ALIKE)


def _mean_size(a: Box, b: Box) -> tuple[float, float]:
    (width_a, height_a), (width_b, height_b) = size(a), size(b)
    return (width_a + width_b) / 2, (height_a + height_b) / 2


def _similar_size(a: Box, b: Box, rules: VehicleRules) -> bool:
    return all(
        1 / rules.rematch_size_ratio <= one / other <= rules.rematch_size_ratio
        for one, other in zip(size(a), size(b), strict=True)
    )


def _distance_from_segment(way: tuple[float, float], point: tuple[float, float]) -> float:
    """Distance of the point from the straight way that starts at the origin."""
    length_squared = way[0] * way[0] + way[1] * way[1]
    along = (point[0] * way[0] + point[1] * way[1]) / length_squared if length_squared > 0 else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(point[0] - way[0] * along, point[1] - way[1] * along)

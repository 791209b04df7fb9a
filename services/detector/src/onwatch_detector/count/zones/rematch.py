"""When a track breaks and another begins: is it the same vehicle?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from onwatch_contracts.values import VehicleType
from onwatch_detector.count.zones.observation import Box, Observation
from onwatch_detector.count.zones.rules import ZoneRules
from onwatch_detector.count.zones.vehicle import Vehicle, middle, size

# Types that a model takes for one another in a single frame; a motorcycle is never taken for a bus.
LOOK_ALIKE: tuple[frozenset[VehicleType], ...] = (
    frozenset({VehicleType.CAR, VehicleType.TRUCK, VehicleType.BUS, VehicleType.VEHICLE}),
    frozenset({VehicleType.MOTORCYCLE, VehicleType.BICYCLE, VehicleType.VEHICLE}),
)


def continuations(
    lost: Sequence[Vehicle], strangers: Sequence[Observation], timestamp_s: float, rules: ZoneRules
) -> dict[int, Vehicle]:
    """Which new tracks go on where a lost vehicle was, by track id; nearest pairs first, each at most once.

    Who was seen only once may not have been a vehicle at all, and is nobody's past.
    """
    pairs = sorted(
        (distance, vehicle.track_id, stranger.track_id, vehicle)
        for vehicle in lost
        if vehicle.velocity is not None
        for stranger in strangers
        if (distance := _distance_boxes(vehicle, stranger, timestamp_s, rules)) is not None
    )
    found: dict[int, Vehicle] = {}
    taken: set[int] = set()
    for _, lost_track_id, new_track_id, vehicle in pairs:
        if lost_track_id not in taken and new_track_id not in found:
            found[new_track_id] = vehicle
            taken.add(lost_track_id)
    return found


def _distance_boxes(vehicle: Vehicle, stranger: Observation, timestamp_s: float, rules: ZoneRules) -> float | None:
    """How far the stranger is from where the vehicle can be, in boxes; None where it cannot be the vehicle.

    It can be anywhere from where it was last seen (it braked) to where its speed would have taken it; where it was
    seen standing, only there.
    """
    away_s = 0.0 if vehicle.stands(rules) else timestamp_s - vehicle.seen_s
    if not _look_alike(vehicle.best_type(), stranger.vehicle_type) or not _of_a_size(vehicle.box, stranger.box, rules):
        return None
    width, height = _mean_size(vehicle.box, stranger.box)
    (x, y), (vx, vy), (new_x, new_y) = middle(vehicle.box), vehicle.velocity or (0.0, 0.0), middle(stranger.box)
    way = vx * away_s / width, vy * away_s / height
    distance = _from_way(way, ((new_x - x) / width, (new_y - y) / height))
    return distance if distance <= rules.rematch_boxes + rules.rematch_boxes_per_s * away_s else None


def _look_alike(a: VehicleType, b: VehicleType) -> bool:
    return any(a in group and b in group for group in LOOK_ALIKE)


def _mean_size(a: Box, b: Box) -> tuple[float, float]:
    (width_a, height_a), (width_b, height_b) = size(a), size(b)
    return (width_a + width_b) / 2, (height_a + height_b) / 2


def _of_a_size(a: Box, b: Box, rules: ZoneRules) -> bool:
    return all(
        1 / rules.rematch_size_ratio <= one / other <= rules.rematch_size_ratio
        for one, other in zip(size(a), size(b), strict=True)
    )


def _from_way(way: tuple[float, float], point: tuple[float, float]) -> float:
    """Distance of the point from the straight way that begins at the origin."""
    length_squared = way[0] * way[0] + way[1] * way[1]
    along = (point[0] * way[0] + point[1] * way[1]) / length_squared if length_squared > 0 else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(point[0] - way[0] * along, point[1] - way[1] * along)

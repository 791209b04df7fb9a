"""Named movements, like a left turn: a sequence of gates, crossed in this order and no others between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onwatch_contracts.site import Movement, MovementStep, Site
from onwatch_counting.site import SiteResults
from onwatch_counting.tables.conservation import Counts
from onwatch_counting.tables.passages import Passage, gate_passages


@dataclass(frozen=True, slots=True)
class Made:
    """A vehicle made a movement. It counts when its last gate is crossed."""

    movement_id: str
    vehicle_id: int
    vehicle_type: str
    at_s: float


@dataclass(frozen=True)
class MovementCounts:
    """How often each movement was made, by type."""

    counts: Mapping[str, Counts]
    """By movement, in the order of the site; also those that nobody made."""
    without_movement: Counts
    """Vehicles that crossed two gates or more, and made none of the movements."""


def made_movements(site: Site, results: SiteResults) -> tuple[Made, ...]:
    """In the order of time. A vehicle that makes a movement twice, as around a roundabout, counts twice."""
    passed = gate_passages(results.crossings)
    made = [
        Made(movement.movement_id, vehicle.vehicle_id, vehicle.vehicle_type, at_s)
        for vehicle in results.vehicles
        for movement in site.movements
        for at_s in _times(movement, passed.get(vehicle.vehicle_id, ()))
    ]
    return tuple(sorted(made, key=lambda one: one.at_s))


def movement_counts(site: Site, results: SiteResults) -> MovementCounts:
    made = made_movements(site, results)
    counts: dict[str, Counter[str]] = {movement.movement_id: Counter() for movement in site.movements}
    for one in made:
        counts[one.movement_id][one.vehicle_type] += 1
    turned = {one.vehicle_id for one in made}
    passed = gate_passages(results.crossings)
    others = Counter(
        vehicle.vehicle_type
        for vehicle in results.vehicles
        if vehicle.vehicle_id not in turned and len(passed.get(vehicle.vehicle_id, ())) >= 2
    )
    return MovementCounts({name: dict(of_movement) for name, of_movement in counts.items()}, dict(others))


def _times(movement: Movement, way: Sequence[Passage]) -> list[float]:
    """When the movement was completed; a crossing belongs to one repetition of it at most."""
    found, index, length = [], 0, len(movement.steps)
    while index + length <= len(way):
        if all(_is(step, passage) for step, passage in zip(movement.steps, way[index : index + length], strict=True)):
            found.append(way[index + length - 1].at_s)
            index += length
        else:
            index += 1
    return found


def _is(step: MovementStep, passage: Passage) -> bool:
    return step.gate_id == passage.place_id and step.direction in (None, passage.direction)

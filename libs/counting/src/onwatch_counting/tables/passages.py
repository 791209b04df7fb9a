"""What each vehicle passed, in order: gates that it crossed, or zones that it visited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from onwatch_contracts.site import Direction
from onwatch_contracts.values import DEFAULT_ZONE_ID
from onwatch_counting.site import Crossing, SiteResults, ZoneVisit

PlaceKind = Literal["gates", "zones"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A gate crossed, or a zone visited."""

    place_id: str
    at_s: float
    direction: Direction | None = None
    """Of a gate."""


def without_parked(results: SiteResults) -> SiteResults:
    """The same without vehicles that were parked, their visits and their crossings."""
    parked = {vehicle.vehicle_id for vehicle in results.vehicles if vehicle.is_parked}
    return SiteResults(
        vehicles=tuple(vehicle for vehicle in results.vehicles if not vehicle.is_parked),
        visits=tuple(visit for visit in results.visits if not visit.is_parked and visit.vehicle_id not in parked),
        crossings=tuple(crossing for crossing in results.crossings if crossing.vehicle_id not in parked),
        unconfirmed_tracks_count=results.unconfirmed_tracks_count,
    )


def passages(results: SiteResults, kind: PlaceKind) -> Mapping[int, tuple[Passage, ...]]:
    """By vehicle, in the order of time. The region of interest is no place on a way: it surrounds the others."""
    if kind == "gates":
        return gate_passages(results.crossings)
    return zone_passages(results.visits)


def gate_passages(crossings: Iterable[Crossing]) -> Mapping[int, tuple[Passage, ...]]:
    """Two gates crossed at the same time stay in the order of the site."""
    found: dict[int, list[Passage]] = defaultdict(list)
    for crossing in crossings:
        found[crossing.vehicle_id].append(Passage(crossing.gate_id, crossing.at_s, crossing.direction))
    return {vehicle_id: _in_order(found[vehicle_id]) for vehicle_id in sorted(found)}


def zone_passages(visits: Iterable[ZoneVisit]) -> Mapping[int, tuple[Passage, ...]]:
    """By the time of entering. Visits of one zone that follow one another are one passage."""
    found: dict[int, list[Passage]] = defaultdict(list)
    for visit in visits:
        if visit.vehicle_id is not None and visit.zone_id != DEFAULT_ZONE_ID:
            found[visit.vehicle_id].append(Passage(visit.zone_id, visit.entered_at_s))
    return {vehicle_id: _without_repeats(_in_order(found[vehicle_id])) for vehicle_id in sorted(found)}


def _in_order(found: Sequence[Passage]) -> tuple[Passage, ...]:
    return tuple(sorted(found, key=lambda passage: passage.at_s))


def _without_repeats(found: Sequence[Passage]) -> tuple[Passage, ...]:
    return tuple(
        passage for index, passage in enumerate(found) if index == 0 or passage.place_id != found[index - 1].place_id
    )

"""From where to where: the origin-destination matrix over gates or zones, and what could not be assigned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from onwatch_contracts.site import Site
from onwatch_contracts.values import DEFAULT_ZONE_ID, ExitReason
from onwatch_counting.site import SiteResults
from onwatch_counting.tables.conservation import Balance, Counts, balance
from onwatch_counting.tables.passages import Passage, PlaceKind, passages

Step = tuple[str, str | None]
"""A place, and the direction in which a gate was crossed."""


@dataclass(frozen=True)
class Flow:
    """The vehicles whose first place was the origin and whose last one was the destination."""

    origin: str
    destination: str
    counts: Counts


@dataclass(frozen=True)
class Path:
    """The vehicles that passed exactly these places, in this order."""

    steps: tuple[Step, ...]
    counts: Counts


@dataclass(frozen=True)
class Unassigned:
    """Vehicles without origin and destination, by the reason."""

    places: Literal["none", "one"]
    """How many places they passed."""
    origin: str | None
    """The only place, if there was one."""
    end_reason: ExitReason
    counts: Counts


@dataclass(frozen=True)
class FlowTable:
    """Every confirmed vehicle is in exactly one flow or in one group of unassigned ones."""

    places: tuple[str, ...]
    """All gates or zones, in the order of the site."""
    flows: tuple[Flow, ...]
    """Without empty ones; by origin and destination, in the order of the places."""
    paths: tuple[Path, ...]
    unassigned: tuple[Unassigned, ...]
    balance: Balance
    """Of the vehicles that passed a place. Exits: those that passed another one, or left the picture."""
    vehicles_count: int
    unconfirmed_tracks_count: int
    """Tracks that are no vehicle, seen once or too short: not counted anywhere."""
    visits_without_vehicle_count: int
    """Visits of zones by something that is confirmed as a vehicle in the zone only; 0 over gates."""


def places_of(site: Site, kind: PlaceKind) -> tuple[str, ...]:
    """The gates, or the zones but the region of interest, which surrounds the others."""
    if kind == "gates":
        return tuple(gate.gate_id for gate in site.gates)
    return tuple(zone.zone_id for zone in site.zones if zone.zone_id != DEFAULT_ZONE_ID)


def flow_table(site: Site, results: SiteResults, kind: PlaceKind) -> FlowTable:
    passed = passages(results, kind)
    flows: dict[tuple[str, str], Counter[str]] = {}
    paths: dict[tuple[Step, ...], Counter[str]] = {}
    unassigned: dict[tuple[str | None, ExitReason], Counter[str]] = {}
    ended: list[tuple[str, ExitReason]] = []
    for vehicle in results.vehicles:
        way, kind_of = passed.get(vehicle.vehicle_id, ()), vehicle.vehicle_type
        if len(way) >= 2:
            flows.setdefault((way[0].place_id, way[-1].place_id), Counter())[kind_of] += 1
            paths.setdefault(_steps(way), Counter())[kind_of] += 1
            ended.append((kind_of, ExitReason.LEFT))
        else:
            origin = way[0].place_id if way else None
            unassigned.setdefault((origin, vehicle.end_reason), Counter())[kind_of] += 1
        if len(way) == 1:
            ended.append((kind_of, vehicle.end_reason))
    places = places_of(site, kind)
    return FlowTable(
        places=places,
        flows=tuple(Flow(*ends, dict(flows[ends])) for ends in product(places, places) if ends in flows),
        paths=tuple(Path(steps, dict(counts)) for steps, counts in _most_first(paths)),
        unassigned=tuple(
            Unassigned("none" if origin is None else "one", origin, reason, dict(unassigned[origin, reason]))
            for origin, reason in product((None, *places), ExitReason)
            if (origin, reason) in unassigned
        ),
        balance=balance(ended),
        vehicles_count=len(results.vehicles),
        unconfirmed_tracks_count=results.unconfirmed_tracks_count,
        visits_without_vehicle_count=_without_vehicle(results, places),
    )


def _without_vehicle(results: SiteResults, places: tuple[str, ...]) -> int:
    return sum(visit.vehicle_id is None and visit.zone_id in places for visit in results.visits)


def _steps(way: tuple[Passage, ...]) -> tuple[Step, ...]:
    return tuple((passage.place_id, passage.direction) for passage in way)


def _most_first(
    paths: Mapping[tuple[Step, ...], Counter[str]],
) -> list[tuple[tuple[Step, ...], Counter[str]]]:
    return sorted(paths.items(), key=lambda path: -path[1].total())

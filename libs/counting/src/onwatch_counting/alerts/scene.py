"""What is known about the traffic at one moment: the input of the rules of alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from onwatch_contracts.site import Direction, Site
from onwatch_contracts.values import Entered, ZoneEvent
from onwatch_counting.log import LoggedPicture
from onwatch_counting.site import Journey, SiteCounter, SiteRules, is_counted
from onwatch_counting.vehicles import Motion, VehicleRules, best_type


@dataclass(frozen=True, slots=True)
class Presence:
    """A vehicle that is in a zone."""

    vehicle_type: str
    entered_at_s: float
    stands_since_s: float | None
    """None: it moves."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A vehicle has entered a zone; it is known only now."""

    zone_id: str
    vehicle_type: str


@dataclass(frozen=True, slots=True)
class GatePassed:
    """A vehicle has crossed a gate; it is known only now."""

    gate_id: str
    direction: Direction
    vehicle_type: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture adds. Nothing later is known: types are those voted for by then."""

    timestamp_s: float
    in_zones: Mapping[str, tuple[Presence, ...]] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    passed: tuple[GatePassed, ...] = ()
    seen_types: tuple[str, ...] = ()
    """Of the vehicles that are seen in the picture, wherever they are."""


class SceneReader:
    """Counts the pictures of a log as a run does, and describes each moment. The state is JSON."""

    def __init__(self, site: Site, rules: SiteRules | None = None) -> None:
        self._site = site
        self._counter = SiteCounter(site, rules, follows_vehicles=True)

    def observe(self, picture: LoggedPicture) -> Scene:
        """ValueError if time runs backwards or two boxes have the same track."""
        before = _Progress.of(self._counter.journeys)
        events = self._counter.observe(picture)
        return self._scene(picture.timestamp_s, before, events)

    def _scene(self, timestamp_s: float, before: _Progress, events: Sequence[ZoneEvent]) -> Scene:
        journeys = before.with_new(self._counter.journeys)
        return Scene(
            timestamp_s,
            self._in_zones(),
            (*self._roi_entries(events), *self._entries(before, journeys)),
            tuple(self._passed(before, journeys)),
            tuple(
                best_type(journey.identity.votes)
                for journey in self._counter.journeys
                if journey.vehicle_id is not None and journey.motion.seen_s == timestamp_s
            ),
        )

    def _in_zones(self) -> Mapping[str, tuple[Presence, ...]]:
        rules = self._counter.rules.vehicles
        found: dict[str, list[Presence]] = {zone.zone_id: [] for zone in self._site.zones}
        for vehicle in self._counter.roi.current_vehicles:
            if vehicle.stay is not None:
                entered_at_s = vehicle.stay.first_inside_s
                found[self._site.zones[0].zone_id].append(
                    _presence(vehicle.best_type(), entered_at_s, vehicle.motion, rules)
                )
        for journey in self._counter.journeys:
            for place, track in journey.zones.items():
                if track.is_open and track.presence.stay is not None:
                    zone, kind = self._site.zones[place], best_type(journey.identity.votes)
                    entered_at_s = track.presence.stay.first_inside_s
                    found[zone.zone_id].append(_presence(kind, entered_at_s, journey.motion, rules))
        counted = {zone.zone_id: zone.vehicle_types for zone in self._site.zones}
        return {
            zone_id: tuple(one for one in present if is_counted(one.vehicle_type, counted[zone_id]))
            for zone_id, present in found.items()
        }

    def _roi_entries(self, events: Sequence[ZoneEvent]) -> Iterator[Entry]:
        roi = self._site.zones[0]
        for event in events:
            if isinstance(event, Entered) and is_counted(event.vehicle_type, roi.vehicle_types):
                yield Entry(roi.zone_id, event.vehicle_type.value)

    def _entries(self, before: _Progress, journeys: Sequence[Journey]) -> Iterator[Entry]:
        for journey in journeys:
            kind = best_type(journey.identity.votes)
            for place, track in sorted(journey.zones.items()):
                zone = self._site.zones[place]
                if is_counted(kind, zone.vehicle_types):
                    yield from [Entry(zone.zone_id, kind)] * (track.visits_count - before.visits(journey, place))

    def _passed(self, before: _Progress, journeys: Sequence[Journey]) -> Iterator[GatePassed]:
        for journey in journeys:
            if journey.vehicle_id is None:
                continue  # what is not confirmed crosses no gate
            kind = best_type(journey.identity.votes)
            for place, passage in sorted(journey.gates.items()):
                gate = self._site.gates[place]
                if is_counted(kind, gate.vehicle_types):
                    for crossing in passage.crossings[before.crossings(journey, place) :]:
                        yield GatePassed(gate.gate_id, "forward" if crossing.sign > 0 else "backward", kind)

    def to_json(self) -> dict[str, Any]:
        return self._counter.to_json()

    @classmethod
    def from_json(cls, state: Mapping[str, Any], site: Site, rules: SiteRules | None = None) -> Self:
        """`SiteStateError` or `ZoneStateError` if the state is damaged or of another version."""
        reader = cls(site, rules)
        reader._counter = SiteCounter.from_json(state, site, rules, follows_vehicles=True)
        return reader


@dataclass(frozen=True, slots=True)
class _Progress:
    """The vehicles in sight before a picture, and what was known of each."""

    journeys: tuple[Journey, ...]
    of_zones: Mapping[Journey, Mapping[int, int]]
    of_gates: Mapping[Journey, Mapping[int, int]]

    @classmethod
    def of(cls, journeys: Sequence[Journey]) -> Self:
        zones = {journey: {n: track.visits_count for n, track in journey.zones.items()} for journey in journeys}
        gates = {
            journey: {
                n: len(one.crossings) if journey.vehicle_id is not None else 0 for n, one in journey.gates.items()
            }
            for journey in journeys
        }
        return cls(tuple(journeys), zones, gates)

    def with_new(self, journeys: Sequence[Journey]) -> tuple[Journey, ...]:
        """Also those that have ended since."""
        return (*self.journeys, *(journey for journey in journeys if journey not in self.of_zones))

    def visits(self, journey: Journey, place: int) -> int:
        return self.of_zones.get(journey, {}).get(place, 0)

    def crossings(self, journey: Journey, place: int) -> int:
        return self.of_gates.get(journey, {}).get(place, 0)


def _presence(kind: str, entered_at_s: float, motion: Motion, rules: VehicleRules) -> Presence:
    since_s = max(entered_at_s, motion.rest_since_s) if motion.stands(rules) else None
    return Presence(str(kind), entered_at_s, since_s)

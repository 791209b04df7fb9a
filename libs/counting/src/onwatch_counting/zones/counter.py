"""Counts the vehicles of one zone, frame by frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from onwatch_contracts.values import Entered, ExitReason, Left, VehicleType, Zone, ZoneEvent
from onwatch_counting.vehicles import Observation, continuations
from onwatch_counting.zones.presence import Stay
from onwatch_counting.zones.rules import ZoneRules
from onwatch_counting.zones.vehicle import Vehicle
from onwatch_geometry import Area

STATE_VERSION = 2


class ZoneStateError(ValueError):
    """The zone state of a checkpoint cannot be used; the message says why."""


class ZoneCounter:
    """Turns the detections of each frame into events of one zone.

    Call it for every analysed frame in order, also those without a vehicle: time passes in them, too. It uses no clock
    and no randomness: the same observations give the same events, also after `from_json(to_json())` at any frame.
    """

    def __init__(self, zone: Zone, rules: ZoneRules | None = None) -> None:
        self.zone = zone
        self.rules = rules or ZoneRules()
        self._area = Area(zone.polygon)
        self._vehicles: list[Vehicle] = []
        self._next_vehicle_id = 1
        self._timestamp_s = 0.0
        self._entered: dict[int, int] = {}

    def observe(self, timestamp_s: float, observations: Sequence[Observation]) -> tuple[ZoneEvent, ...]:
        """Process a frame and return its events; their times may be up to a grace period before `timestamp_s`.

        Raises ValueError if time runs backwards or two observations have the same track.
        """
        seen = {one.track_id: one for one in sorted(observations, key=lambda one: one.track_id)}
        self._check(timestamp_s, len(observations) - len(seen))
        self._timestamp_s = timestamp_s
        self._entered = {}
        events = self._forget(timestamp_s, [v for v in self._vehicles if v.motion.is_past(timestamp_s, self.rules)])
        self._assign(timestamp_s, seen)
        for vehicle in self._vehicles:
            events += self._decide(timestamp_s, vehicle)
        unseen = (v for v in self._vehicles if v.motion.track_id not in seen)
        lost = [v for v in unseen if v.motion.is_lost(timestamp_s, self.rules)]
        return (*events, *self._forget(timestamp_s, lost))

    def finish(self, timestamp_s: float) -> tuple[ZoneEvent, ...]:
        """Close every visit at the end of the video."""
        self._check(timestamp_s, 0)
        self._timestamp_s = timestamp_s
        self._entered = {}
        return tuple(self._forget(timestamp_s, list(self._vehicles)))

    @property
    def inside_track_ids(self) -> frozenset[int]:
        """Tracks whose anchor is in the polygon in the newest frame (for drawing; not yet a count)."""
        return frozenset(
            v.motion.track_id for v in self._vehicles if v.presence.inside and v.motion.seen_s == self._timestamp_s
        )

    @property
    def entered_track_ids(self) -> Mapping[int, int]:
        """The tracks of the vehicles that have entered by the newest frame's events, by number of the vehicle."""
        return self._entered

    @property
    def current_vehicle_ids(self) -> tuple[int, ...]:
        """Vehicles with an open visit, by number."""
        return tuple(
            sorted(
                v.vehicle_id
                for v in self._vehicles
                if v.vehicle_id is not None and v.stay is not None and v.stay.visit_no > 0
            )
        )

    @property
    def current_vehicles(self) -> tuple[Vehicle, ...]:
        """Vehicles with an open visit."""
        return tuple(v for v in self._vehicles if v.stay is not None and v.stay.visit_no > 0)

    def vehicle_id_of(self, track_id: int) -> int | None:
        """The number of the track's vehicle; None if it is not counted (yet)."""
        return next((v.vehicle_id for v in self._vehicles if v.motion.track_id == track_id), None)

    def best_type_of(self, track_id: int) -> VehicleType:
        """The type of the vehicle in sight that has the track. StopIteration if there is none."""
        return next(v.best_type() for v in self._vehicles if v.motion.track_id == track_id)

    def to_json(self) -> dict[str, Any]:
        """The complete state, JSON only; floats survive `json` exactly."""
        return {
            "version": STATE_VERSION,
            "zone_id": self.zone.zone_id,
            "timestamp_s": self._timestamp_s,
            "next_vehicle_id": self._next_vehicle_id,
            "vehicles": [vehicle.to_json() for vehicle in self._vehicles],
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any], zone: Zone, rules: ZoneRules | None = None) -> Self:
        """The counter of a state; `ZoneStateError` if that is damaged or of another zone or version."""
        if state.get("version") != STATE_VERSION:
            raise ZoneStateError(f"zone state of version {state.get('version')!r}, expected {STATE_VERSION}")
        if state.get("zone_id") != zone.zone_id:
            raise ZoneStateError(f"state of zone {state.get('zone_id')!r}, expected {zone.zone_id!r}")
        counter = cls(zone, rules)
        try:
            counter._timestamp_s = float(state["timestamp_s"])
            counter._next_vehicle_id = int(state["next_vehicle_id"])
            counter._vehicles = [Vehicle.from_json(vehicle) for vehicle in state["vehicles"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ZoneStateError(f"state of zone {zone.zone_id!r} is damaged: {error!r}") from error
        return counter

    def _check(self, timestamp_s: float, duplicates: int) -> None:
        if timestamp_s < self._timestamp_s:
            raise ValueError(
                f"frame at {timestamp_s} s after one at {self._timestamp_s} s: time must not run backwards"
            )
        if duplicates:
            raise ValueError(
                f"{duplicates} observation(s) at {timestamp_s} s repeat a track id: one per track expected"
            )

    def _assign(self, timestamp_s: float, seen: Mapping[int, Observation]) -> None:
        """Assign each observation to its vehicle, or to a new one."""
        known = {vehicle.motion.track_id: vehicle for vehicle in self._vehicles}
        missing = [vehicle for vehicle in self._vehicles if vehicle.motion.track_id not in seen]
        new_tracks = [one for one in seen.values() if one.track_id not in known]
        known |= continuations(missing, new_tracks, timestamp_s, self.rules)
        for track_id, one in seen.items():
            if track_id in known:
                known[track_id].see(timestamp_s, one, self._area, self.rules)
            else:
                self._vehicles.append(Vehicle.first_seen(timestamp_s, one, self._area, self.rules))
        for vehicle in self._vehicles:
            if vehicle.motion.seen_s != timestamp_s:
                vehicle.presence.miss()
        self._vehicles.sort(key=lambda vehicle: vehicle.motion.track_id)

    def _decide(self, timestamp_s: float, vehicle: Vehicle) -> list[ZoneEvent]:
        stay = vehicle.stay
        if stay is None or vehicle.motion.seen_s != timestamp_s:
            return []
        if stay.visit_no == 0 and stay.is_confirmed(self.rules):
            return [self._enter(vehicle, stay)]
        if stay.is_over(timestamp_s, self.rules):
            return self._close(vehicle, ExitReason.LEFT)
        return []

    def _forget(self, timestamp_s: float, vehicles: Sequence[Vehicle]) -> list[ZoneEvent]:
        """Close the visits of vehicles that are lost, or of all at the end of the video."""
        events: list[ZoneEvent] = []
        for vehicle in vehicles:
            lost = vehicle.motion.is_lost(timestamp_s, self.rules)
            events += self._close(vehicle, ExitReason.TRACK_LOST if lost else ExitReason.END_OF_VIDEO)
        self._vehicles = [vehicle for vehicle in self._vehicles if vehicle not in vehicles]
        return events

    def _enter(self, vehicle: Vehicle, stay: Stay) -> Entered:
        if vehicle.vehicle_id is None:
            vehicle.vehicle_id = self._next_vehicle_id
            self._next_vehicle_id += 1
        vehicle.visits += 1
        stay.visit_no = vehicle.visits
        self._entered[vehicle.vehicle_id] = vehicle.motion.track_id
        return Entered(
            vehicle_id=vehicle.vehicle_id,
            visit_no=stay.visit_no,
            zone_id=self.zone.zone_id,
            vehicle_type=vehicle.best_type(),
            entered_at_s=stay.first_inside_s,
            born_inside=stay.born_inside,
        )

    def _close(self, vehicle: Vehicle, reason: ExitReason) -> list[ZoneEvent]:
        """End the stay; one too short to be confirmed is counted now if its path led through the zone."""
        stay = vehicle.stay
        events: list[ZoneEvent] = []
        if stay is not None and stay.visit_no == 0 and stay.passed_through:
            stay.take_times_from_path()
            events.append(self._enter(vehicle, stay))
        if stay is not None and stay.visit_no > 0:
            events.append(self._leave(vehicle, stay, reason if stay.outside_since_s is None else ExitReason.LEFT))
        vehicle.presence.stay = None
        return events

    def _leave(self, vehicle: Vehicle, stay: Stay, reason: ExitReason) -> Left:
        vehicle.frozen_type = vehicle.best_type()
        return Left(
            vehicle_id=vehicle.vehicle_id or 0,
            visit_no=stay.visit_no,
            zone_id=self.zone.zone_id,
            vehicle_type=vehicle.frozen_type,
            entered_at_s=stay.first_inside_s,
            left_at_s=stay.last_inside_s,
            exit_reason=reason,
        )

"""State of one vehicle in a zone: its last position and its stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from onwatch_contracts.values import VehicleType
from onwatch_counting.vehicles import VEHICLE_TYPES, Motion, Observation
from onwatch_counting.zones.presence import Presence, Stay, Step, Votes
from onwatch_counting.zones.rules import ZoneRules
from onwatch_geometry import Area, Box, Point


@dataclass(slots=True, eq=False)
class Vehicle:
    """The state of one vehicle in sight, counted or not."""

    motion: Motion
    anchor: Point
    presence: Presence = field(default_factory=Presence)
    vehicle_id: int | None = None
    """Its number, once it is counted."""
    frozen_type: VehicleType | None = None
    """Its type, final since it left for the first time."""
    visits: int = 0
    votes: Votes = field(default_factory=dict)

    @property
    def stay(self) -> Stay | None:
        return self.presence.stay

    @classmethod
    def first_seen(cls, timestamp_s: float, seen: Observation, area: Area, rules: ZoneRules) -> Self:
        """A new vehicle, from its first detection."""
        vehicle = cls(Motion.first_seen(timestamp_s, seen), seen.anchor)
        vehicle.presence.begin(timestamp_s, seen.anchor, area, rules)
        vehicle._vote(seen)
        return vehicle

    def see(self, timestamp_s: float, seen: Observation, area: Area, rules: ZoneRules) -> None:
        """Process its next detection."""
        step = Step(self.motion.seen_s, self.anchor, timestamp_s, seen.anchor)
        self.presence.see(step, seen.box, area, rules)
        self.motion.see(timestamp_s, seen.track_id, seen.box)
        self.anchor = seen.anchor
        self._vote(seen)

    def _vote(self, seen: Observation) -> None:
        _add(self.votes, seen)
        if self.stay is not None and self.presence.inside:
            _add(self.stay.votes, seen)

    def best_type(self) -> VehicleType:
        """The type with the most evidence: in the stay, or in all detections if the stay has none."""
        if self.frozen_type is not None:
            return self.frozen_type
        return _best((self.stay.votes if self.stay is not None else {}) or self.votes)

    def to_json(self) -> dict[str, Any]:
        """The complete state, JSON only; None values are left out."""
        motion, presence = self.motion, self.presence
        state = {
            "track_id": motion.track_id,
            "seen_s": motion.seen_s,
            "anchor": self.anchor,
            "box": motion.box,
            "inside": presence.inside,
            "rest": motion.rest,
            "rest_since_s": motion.rest_since_s,
            "velocity": motion.velocity,
            "vehicle_id": self.vehicle_id,
            "frozen_type": self.frozen_type,
            "visits": self.visits,
            "votes": dict(self.votes),
            "stay": None if presence.stay is None else _without_none(asdict(presence.stay)),
        }
        return _without_none(state)

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; KeyError, TypeError or ValueError if the state is damaged."""
        velocity = _point(state["velocity"]) if "velocity" in state else None
        return cls(
            motion=Motion(
                state["track_id"],
                state["seen_s"],
                _box(state["box"]),
                _point(state["rest"]),
                state["rest_since_s"],
                velocity,
            ),
            anchor=_point(state["anchor"]),
            presence=Presence(state["inside"], Stay.from_json(state["stay"]) if "stay" in state else None),
            vehicle_id=state.get("vehicle_id"),
            frozen_type=VehicleType(state["frozen_type"]) if "frozen_type" in state else None,
            visits=state["visits"],
            votes={VehicleType(kind): weight for kind, weight in state["votes"].items()},
        )


def _without_none(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if value is not None}


def _add(votes: Votes, seen: Observation) -> None:
    for kind, weight in seen.evidence():
        votes[kind] = votes.get(kind, 0.0) + weight


def _best(votes: Votes) -> VehicleType:
    """The type with the most evidence; at a tie the one listed first, so that the result is deterministic."""
    return max(VEHICLE_TYPES, key=lambda kind: votes.get(kind, 0.0))


def _point(state: Sequence[float]) -> Point:
    x, y = state
    return x, y


def _box(state: Sequence[float]) -> Box:
    left, top, right, bottom = state
    return left, top, right, bottom

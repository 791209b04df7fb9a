"""State of one vehicle in a zone: its last position and its stay."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from onwatch_contracts.values import VehicleType
from onwatch_counting.zones.observation import VEHICLE_TYPES, Observation
from onwatch_counting.zones.rules import TOLERANCE_S, ZoneRules
from onwatch_geometry import Area, Box, Point, middle, size

Votes = dict[VehicleType, float]

# Seconds over which the velocity is smoothed: boxes jitter by pixels, and one pixel a frame is a lot per second.
VELOCITY_SMOOTHING_S = 0.25

RESTING_BOXES = 0.25  # in sizes of its box: a smaller movement is jitter


@dataclass(slots=True)
class Stay:
    """A stay in the zone, not yet or already counted as a visit. Short absences are part of it."""

    first_inside_s: float
    last_inside_s: float
    born_inside: bool = False
    """The vehicle was inside when it was first seen."""
    came_from: Point | None = None
    """The last anchor outside before it was inside; None if there was none."""
    crossed_in_s: float | None = None
    crossed_out_s: float | None = None
    """When the path between anchors crossed the border, interpolated; a very short stay has no detection inside."""
    passed_through: bool = False
    """The way from `came_from` to the first anchor outside again leads across the zone."""
    run_since_s: float | None = None
    """First detection of the current unbroken run of inside ones; None while outside."""
    run_detections: int = 0
    run_unseen: int = 0
    """Frames of the run without a detection of the vehicle."""
    outside_since_s: float | None = None
    clear_since_s: float | None = None
    """The same, but farther from the border than the error of a detector."""
    visit_no: int = 0
    """0 until it is counted."""
    votes: Votes = field(default_factory=dict)

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        """The inverse of `Vehicle.to_json`, for its stay."""
        stay = cls(**state)
        stay.came_from = _point(state["came_from"]) if "came_from" in state else None
        stay.votes = _votes(state["votes"])
        return stay

    def detected_inside(self, timestamp_s: float, rules: ZoneRules) -> None:
        if self.run_since_s is None or timestamp_s - self.last_inside_s > rules.max_unseen_s + TOLERANCE_S:
            self.run_since_s, self.run_detections, self.run_unseen = timestamp_s, 0, 0
        self.run_detections += 1
        self.last_inside_s = timestamp_s
        self.outside_since_s = self.clear_since_s = None

    def detected_outside(self, timestamp_s: float, clear: bool) -> None:
        self.run_since_s, self.run_detections = None, 0
        if self.outside_since_s is None:
            self.outside_since_s = timestamp_s
        if not clear:
            self.clear_since_s = None
        elif self.clear_since_s is None:
            self.clear_since_s = timestamp_s

    def take_times_from_path(self) -> None:
        """Measure from border to border: the stay is too short to take its times from detections."""
        if self.crossed_in_s is not None and self.crossed_out_s is not None:
            self.first_inside_s = self.crossed_in_s
            self.last_inside_s = max(self.last_inside_s, self.crossed_out_s)

    def is_confirmed(self, rules: ZoneRules) -> bool:
        """Inside without a break for long enough and with enough detections."""
        return (
            self.run_since_s is not None
            and self.run_detections >= rules.min_detections
            and self.run_detections >= rules.min_seen * (self.run_detections + self.run_unseen)
            and rules.reached(self.last_inside_s - self.run_since_s, rules.min_inside_s)
        )

    def is_over(self, timestamp_s: float, rules: ZoneRules) -> bool:
        """Detected outside for the whole grace period, which is longer near the border."""
        graces = (self.clear_since_s, rules.exit_grace_s), (self.outside_since_s, rules.border_grace_s)
        return any(since_s is not None and rules.reached(timestamp_s - since_s, grace) for since_s, grace in graces)


@dataclass(slots=True, eq=False)
class Vehicle:
    """The state of one vehicle in sight, counted or not."""

    track_id: int
    seen_s: float
    anchor: Point
    box: Box
    inside: bool
    """Its anchor was in the polygon when last seen."""
    rest: Point
    rest_since_s: float
    """Where the middle of its box rests, and since when."""
    velocity: Point | None = None
    """Of the middle of the box, per second; None until it was seen twice."""
    vehicle_id: int | None = None
    """Its number, once it is counted."""
    frozen_type: VehicleType | None = None
    """Its type, final since it left for the first time."""
    visits: int = 0
    votes: Votes = field(default_factory=dict)
    stay: Stay | None = None

    @classmethod
    def first_seen(cls, timestamp_s: float, seen: Observation, area: Area, rules: ZoneRules) -> Self:
        """A new vehicle, from its first detection."""
        inside = seen.anchor in area
        vehicle = cls(seen.track_id, timestamp_s, seen.anchor, seen.box, inside, middle(seen.box), timestamp_s)
        if inside:
            vehicle.stay = Stay(timestamp_s, timestamp_s, born_inside=True)
            vehicle.stay.detected_inside(timestamp_s, rules)
        vehicle._vote(seen)
        return vehicle

    def see(self, timestamp_s: float, seen: Observation, area: Area, rules: ZoneRules) -> None:
        """Process its next detection."""
        inside = seen.anchor in area
        if inside:
            self._be_inside(timestamp_s, seen.anchor, area, rules)
        else:
            self._be_outside(timestamp_s, seen, area, rules)
        self._move(timestamp_s, seen.box)
        self._rest(timestamp_s, seen.box)
        self.track_id, self.seen_s, self.anchor, self.box = seen.track_id, timestamp_s, seen.anchor, seen.box
        self.inside = inside
        self._vote(seen)

    def miss(self) -> None:
        """Process a frame in which it is not detected."""
        if self.stay is not None:
            self.stay.run_unseen += 1

    def _be_inside(self, timestamp_s: float, anchor: Point, area: Area, rules: ZoneRules) -> None:
        if self.stay is None:
            self.stay = Stay(timestamp_s, timestamp_s)
        if not self.inside and not self.stay.passed_through:
            stretch = area.stretch_inside(self.anchor, anchor)
            self.stay.came_from = self.anchor
            self.stay.crossed_in_s = self._between(timestamp_s, stretch[0] if stretch else 1.0)
        self.stay.detected_inside(timestamp_s, rules)

    def _be_outside(self, timestamp_s: float, seen: Observation, area: Area, rules: ZoneRules) -> None:
        anchor = seen.anchor
        stretch = area.stretch_inside(self.anchor, anchor)
        if self.inside and self.stay is not None:
            self._come_out(self._between(timestamp_s, stretch[1] if stretch else 0.0), anchor, area)
        elif stretch is not None:
            self._jump(self._between(timestamp_s, stretch[0]), self._between(timestamp_s, stretch[1]), timestamp_s)
        if self.stay is not None:
            self.stay.detected_outside(timestamp_s, area.distance(anchor, size(seen.box)) > rules.border_boxes)

    def _come_out(self, crossed_out_s: float, anchor: Point, area: Area) -> None:
        """It passed through unless it left on the side on which it came in."""
        if self.stay is not None and self.stay.came_from is not None:
            through = area.stretch_inside(self.stay.came_from, anchor) is not None
            self.stay.passed_through = self.stay.passed_through or through
            self.stay.crossed_out_s = crossed_out_s

    def _jump(self, entered_s: float, left_s: float, timestamp_s: float) -> None:
        """It was inside only between two detections."""
        if self.stay is None:
            self.stay = Stay(entered_s, left_s)
        if not self.stay.passed_through:
            self.stay.crossed_in_s = entered_s
        self.stay.last_inside_s = self.stay.crossed_out_s = left_s
        self.stay.outside_since_s = timestamp_s
        self.stay.passed_through = True

    def _between(self, timestamp_s: float, fraction: float) -> float:
        return self.seen_s + (timestamp_s - self.seen_s) * fraction

    def _move(self, timestamp_s: float, box: Box) -> None:
        elapsed_s = timestamp_s - self.seen_s
        if elapsed_s <= 0:
            return
        (x0, y0), (x1, y1) = middle(self.box), middle(box)
        now = (x1 - x0) / elapsed_s, (y1 - y0) / elapsed_s
        if self.velocity is None:
            self.velocity = now
            return
        weight = elapsed_s / (elapsed_s + VELOCITY_SMOOTHING_S)
        vx, vy = self.velocity
        self.velocity = vx + (now[0] - vx) * weight, vy + (now[1] - vy) * weight

    def _rest(self, timestamp_s: float, box: Box) -> None:
        (x, y), (width, height) = middle(box), size(box)
        if math.hypot((x - self.rest[0]) / width, (y - self.rest[1]) / height) > RESTING_BOXES:
            self.rest, self.rest_since_s = (x, y), timestamp_s

    def stands(self, rules: ZoneRules) -> bool:
        """Whether it was standing when it was last seen."""
        return rules.reached(self.seen_s - self.rest_since_s, rules.standing_s)

    def grace_s(self, rules: ZoneRules) -> float:
        """How long it may be out of sight before it is lost."""
        return rules.hidden_grace_s if self.stands(rules) else rules.lost_grace_s

    def _vote(self, seen: Observation) -> None:
        _add(self.votes, seen)
        if self.stay is not None and self.inside:
            _add(self.stay.votes, seen)

    def best_type(self) -> VehicleType:
        """The type with the most evidence: in the stay, or in all detections if the stay has none."""
        if self.frozen_type is not None:
            return self.frozen_type
        return _best((self.stay.votes if self.stay is not None else {}) or self.votes)

    def to_json(self) -> dict[str, Any]:
        """The complete state, JSON only; None values are left out."""
        return asdict(self, dict_factory=lambda items: {name: value for name, value in items if value is not None})

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; KeyError, TypeError or ValueError if the state is damaged."""
        vehicle = cls(**state)
        vehicle.anchor, vehicle.box, vehicle.rest = _point(state["anchor"]), _box(state["box"]), _point(state["rest"])
        vehicle.velocity = _point(state["velocity"]) if "velocity" in state else None
        vehicle.frozen_type = VehicleType(state["frozen_type"]) if "frozen_type" in state else None
        vehicle.votes = _votes(state["votes"])
        vehicle.stay = Stay.from_json(state["stay"]) if "stay" in state else None
        return vehicle


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


def _votes(state: Mapping[str, float]) -> Votes:
    return {VehicleType(kind): weight for kind, weight in state.items()}

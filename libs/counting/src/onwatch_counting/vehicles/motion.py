"""Where a vehicle is, how fast it moves, and since when it stands."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from onwatch_counting.vehicles.observation import Observation
from onwatch_counting.vehicles.rules import VehicleRules
from onwatch_geometry import Box, Point, middle, size

# Seconds over which the velocity is smoothed: boxes jitter by pixels, and one pixel a frame is a lot per second.
VELOCITY_SMOOTHING_S = 0.25

LEAST_SIZE = 1e-6  # `size` is never less

RESTING_BOXES = 0.25  # in sizes of its box: a smaller movement is jitter


@dataclass(slots=True)
class Motion:
    """The last sighting of a vehicle and what its earlier ones tell about where it can be next."""

    track_id: int
    seen_s: float
    box: Box
    rest: Point
    rest_since_s: float
    """Where the middle of its box rests, and since when."""
    velocity: Point | None = None
    """Of the middle of the box, per second; None until it was seen twice."""

    @classmethod
    def first_seen(cls, timestamp_s: float, seen: Observation) -> Self:
        return cls(seen.track_id, timestamp_s, seen.box, middle(seen.box), timestamp_s)

    def see(self, timestamp_s: float, track_id: int, box: Box) -> None:
        """Process its next detection."""
        self._move(timestamp_s, box)
        self._rest(timestamp_s, box)
        self.track_id, self.seen_s, self.box = track_id, timestamp_s, box

    def see_all(self, sightings: Iterable[tuple[float, Box]]) -> None:
        """As `see` for each sighting of its track, several times as fast."""
        seen_s, (left, top, right, bottom) = self.seen_s, self.box
        box, x0, y0 = self.box, (left + right) / 2, (top + bottom) / 2
        velocity, (rest_x, rest_y), since_s = self.velocity, self.rest, self.rest_since_s
        vx, vy = velocity or (0.0, 0.0)
        has_moved, hypot = velocity is not None, math.hypot
        for timestamp_s, box in sightings:
            left, top, right, bottom = box
            x, y = (left + right) / 2, (top + bottom) / 2
            elapsed_s = timestamp_s - seen_s
            if elapsed_s > 0:
                now_x, now_y = (x - x0) / elapsed_s, (y - y0) / elapsed_s
                if has_moved:
                    weight = elapsed_s / (elapsed_s + VELOCITY_SMOOTHING_S)
                    vx, vy = vx + (now_x - vx) * weight, vy + (now_y - vy) * weight
                else:
                    vx, vy, has_moved = now_x, now_y, True
            width, height = right - left, bottom - top
            if width < LEAST_SIZE or height < LEAST_SIZE:
                width, height = size(box)
            if hypot((x - rest_x) / width, (y - rest_y) / height) > RESTING_BOXES:
                rest_x, rest_y, since_s = x, y, timestamp_s
            seen_s, x0, y0 = timestamp_s, x, y
        self.seen_s, self.box, self.velocity = seen_s, box, (vx, vy) if has_moved else None
        self.rest, self.rest_since_s = (rest_x, rest_y), since_s

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

    def stands(self, rules: VehicleRules) -> bool:
        """Whether it was standing when it was last seen."""
        return rules.reached(self.seen_s - self.rest_since_s, rules.standing_s)

    def grace_s(self, rules: VehicleRules) -> float:
        """How long it may be out of sight before it is lost."""
        return rules.hidden_grace_s if self.stands(rules) else rules.lost_grace_s

    def is_lost(self, timestamp_s: float, rules: VehicleRules) -> bool:
        return rules.reached(timestamp_s - self.seen_s, self.grace_s(rules))

    def is_past(self, timestamp_s: float, rules: VehicleRules) -> bool:
        """Out of sight for longer than the grace period: a new track is another vehicle."""
        grace_s, unseen_s = self.grace_s(rules), timestamp_s - self.seen_s
        return rules.reached(unseen_s, grace_s) and not rules.reached(grace_s, unseen_s)

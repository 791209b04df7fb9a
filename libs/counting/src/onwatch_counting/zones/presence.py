"""Whether one vehicle is in a zone: its stay there, and what each detection changes about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from onwatch_contracts.values import VehicleType
from onwatch_counting.vehicles import TOLERANCE_S
from onwatch_counting.zones.rules import ZoneRules
from onwatch_geometry import Area, Box, Point, size

Votes = dict[VehicleType, float]


class Step(NamedTuple):
    """The straight way of an anchor between two detections."""

    start_s: float
    start: Point
    end_s: float
    end: Point

    def at_s(self, fraction: float) -> float:
        return self.start_s + (self.end_s - self.start_s) * fraction


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
        """The inverse of `asdict` without its None values."""
        stay = cls(**state)
        stay.came_from = (state["came_from"][0], state["came_from"][1]) if "came_from" in state else None
        stay.votes = {VehicleType(kind): weight for kind, weight in state["votes"].items()}
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


@dataclass(slots=True)
class Presence:
    """One vehicle and one zone: whether its anchor was inside when last seen, and its stay, open or not yet counted."""

    inside: bool = False
    stay: Stay | None = None

    def begin(self, timestamp_s: float, anchor: Point, area: Area, rules: ZoneRules) -> None:
        """Process the first detection of the vehicle."""
        self.inside = anchor in area
        if self.inside:
            self.stay = Stay(timestamp_s, timestamp_s, born_inside=True)
            self.stay.detected_inside(timestamp_s, rules)

    def see(self, step: Step, box: Box, area: Area, rules: ZoneRules) -> None:
        """Process its next detection."""
        inside = step.end in area
        if inside:
            self._be_inside(step, area, rules)
        else:
            self._be_outside(step, box, area, rules)
        self.inside = inside

    def miss(self) -> None:
        """Process a frame in which it is not detected."""
        if self.stay is not None:
            self.stay.run_unseen += 1

    def _be_inside(self, step: Step, area: Area, rules: ZoneRules) -> None:
        if self.stay is None:
            self.stay = Stay(step.end_s, step.end_s)
        if not self.inside and not self.stay.passed_through:
            stretch = area.stretch_inside(step.start, step.end)
            self.stay.came_from = step.start
            self.stay.crossed_in_s = step.at_s(stretch[0] if stretch else 1.0)
        self.stay.detected_inside(step.end_s, rules)

    def _be_outside(self, step: Step, box: Box, area: Area, rules: ZoneRules) -> None:
        stretch = area.stretch_inside(step.start, step.end)
        if self.inside and self.stay is not None:
            self._come_out(step.at_s(stretch[1] if stretch else 0.0), step.end, box, area, rules)
        elif stretch is not None and _is_through(step.start, step.end, box, area, rules):
            self._jump(step.at_s(stretch[0]), step.at_s(stretch[1]), step.end_s)
        if self.stay is not None:
            self.stay.detected_outside(step.end_s, area.distance(step.end, size(box)) > rules.border_boxes)

    def _come_out(self, crossed_out_s: float, anchor: Point, box: Box, area: Area, rules: ZoneRules) -> None:
        """It passed through unless it left on the side on which it came in."""
        if self.stay is not None and self.stay.came_from is not None:
            through = _is_through(self.stay.came_from, anchor, box, area, rules)
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


def _is_through(start: Point, end: Point, box: Box, area: Area, rules: ZoneRules) -> bool:
    """Whether the way leads through the area, and not over a corner that it misses if a detector errs."""
    if area.stretch_inside(start, end) is None:
        return False
    width, height = size(box)
    across, down = (end[0] - start[0]) / width, (end[1] - start[1]) / height
    length = max(math.hypot(across, down), 1e-9)
    aside_x, aside_y = -down / length * rules.border_boxes * width, across / length * rules.border_boxes * height
    return all(
        area.stretch_inside(
            (start[0] + side * aside_x, start[1] + side * aside_y), (end[0] + side * aside_x, end[1] + side * aside_y)
        )
        for side in (-1, 1)
    )

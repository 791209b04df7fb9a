"""One vehicle and one gate: which meetings of its path with the line are crossings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from onwatch_counting.gates.line import GateLine, on_grid
from onwatch_counting.gates.rules import GateRules
from onwatch_counting.vehicles import TOLERANCE_S
from onwatch_geometry import Box, Point, size


class GateCrossing(NamedTuple):
    """A meeting that was, or may become, a crossing."""

    at_s: float
    sign: int
    """1: forward, -1: backward."""
    position: Point


class Sighting(NamedTuple):
    """A detection of the vehicle."""

    timestamp_s: float
    picture_no: int
    """Counts the analysed pictures, with and without the vehicle."""
    anchor: Point
    box: Box


@dataclass(slots=True)
class Passage:
    """The meetings that are not decided, and the crossings.

    A meeting is cancelled by the next one in the other direction. Those left are crossings when the vehicle is clear of
    the line, or when it is not seen any more. All of these make 0: waiting on the line, trembling over it, a wrong
    box on the other side, turning back.
    """

    pending: list[GateCrossing] = field(default_factory=list)
    beyond_since_s: float = 0.0
    beyond_picture_no: int = 0
    beyond_detections: int = 0
    """Since the last meeting: when, and how often, it was detected on the side where it is now."""
    is_plausible: bool = True
    """The vehicle came there as fast as it was moving before."""
    has_turned: bool = False
    """A meeting was cancelled since the last crossing: it may tremble."""
    crossings: list[GateCrossing] = field(default_factory=list)

    def see(
        self, before: Sighting, now: Sighting, line: GateLine, rules: GateRules, is_plausible: Callable[[], bool]
    ) -> None:
        """Process the way between two detections; `is_plausible` as the field, requested only if it matters."""
        meetings = line.meetings(on_grid(before.anchor), on_grid(now.anchor))
        for meeting in meetings:
            if self.pending and self.pending[-1].sign != meeting.sign:
                self.pending.pop()
                self.has_turned = True
                continue
            at_s = before.timestamp_s + (now.timestamp_s - before.timestamp_s) * meeting.fraction
            self.pending.append(GateCrossing(at_s, meeting.sign, meeting.position))
        if not self.pending:
            return
        if meetings:
            self.beyond_since_s, self.beyond_picture_no, self.beyond_detections = now.timestamp_s, now.picture_no, 0
            self.is_plausible = is_plausible()
        self.go_on(now, line, rules)

    def go_on(self, now: Sighting, line: GateLine, rules: GateRules) -> None:
        """Process a detection on the way to which the line was not met, while something is pending."""
        self.beyond_detections += 1
        if self._is_seen_beyond(now, rules) and not line.is_within(now.anchor, size(now.box), rules.clear_boxes):
            self._decide()

    def finish(self, last: Sighting, line: GateLine, rules: GateRules, stands: bool) -> None:
        """Decide what is pending: the vehicle is lost, or the video is over."""
        if self.pending and self._is_beyond(last, line, rules, stands):
            self._decide()
        self.pending = []

    def _is_beyond(self, last: Sighting, line: GateLine, rules: GateRules, stands: bool) -> bool:
        unit = size(last.box)
        is_moving = not stands and (self.is_plausible or self._is_seen_beyond(last, rules))
        if is_moving and not self.has_turned:
            return True
        if line.is_within(last.anchor, unit, rules.border_boxes):
            return False
        if not stands:
            return is_moving
        is_far = not line.is_within(last.anchor, unit, rules.waiting_boxes)
        wait_s = rules.waiting_s if is_far else rules.border_waiting_s
        return last.timestamp_s - self.beyond_since_s >= wait_s - TOLERANCE_S

    def _is_seen_beyond(self, now: Sighting, rules: GateRules) -> bool:
        missed = now.picture_no - self.beyond_picture_no + 1 - self.beyond_detections
        enough = self.beyond_detections >= rules.min_detections or (self.beyond_detections > 1 and missed == 0)
        return enough and now.timestamp_s - self.beyond_since_s >= rules.min_beyond_s - TOLERANCE_S

    def _decide(self) -> None:
        self.crossings += self.pending
        self.pending = []
        self.has_turned = False

    def to_json(self) -> list[Any]:
        """The complete state, JSON only."""
        since = self.beyond_since_s, self.beyond_picture_no, self.beyond_detections
        return [self.pending, [*since, self.is_plausible, self.has_turned], self.crossings]

    @classmethod
    def from_json(cls, state: list[Any]) -> Self:
        """The inverse of `to_json`; TypeError or ValueError if the state is damaged."""
        pending, (since_s, picture_no, detections, is_plausible, has_turned), crossings = state
        beyond = since_s, picture_no, detections
        return cls(_crossings(pending), *beyond, is_plausible, has_turned, _crossings(crossings))


def _crossings(state: list[Any]) -> list[GateCrossing]:
    return [GateCrossing(at_s, sign, (x, y)) for at_s, sign, (x, y) in state]

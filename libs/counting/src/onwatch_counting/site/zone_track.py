"""One vehicle in one zone besides the region of interest: its visits, by the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Self

from onwatch_contracts.values import ExitReason
from onwatch_counting.zones import Presence, Stay, Step, ZoneRules
from onwatch_geometry import Area, Box


class ClosedVisit(NamedTuple):
    """One visit, without what is known only of the whole vehicle."""

    entered_at_s: float
    left_at_s: float
    exit_reason: ExitReason
    born_inside: bool


@dataclass(slots=True)
class ZoneTrack:
    """What one vehicle does in one zone."""

    presence: Presence = field(default_factory=Presence)
    row_no: int | None = None
    """Its number among the vehicles of the zone, given by the caller when it has entered."""
    visits_count: int = 0
    """With the open one."""
    closed: list[ClosedVisit] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Whether it is as if the vehicle had never been near the zone."""
        return self.presence.stay is None and not self.visits_count

    @property
    def is_open(self) -> bool:
        return self.visits_count > len(self.closed)

    def see(self, step: Step, box: Box, area: Area, rules: ZoneRules) -> bool:
        """Process a detection; returns whether the vehicle has entered for the first time."""
        if self.presence.stay is None and area.is_beside(step.start, step.end):
            return False
        self.presence.see(step, box, area, rules)
        return self.decide(step.end_s, rules)

    def decide(self, timestamp_s: float, rules: ZoneRules) -> bool:
        """The same, after a detection that is already in `presence`."""
        stay = self.presence.stay
        if stay is None:
            return False
        if stay.visit_no == 0 and stay.is_confirmed(rules):
            return self._enter(stay)
        if stay.is_over(timestamp_s, rules):
            return self.close(ExitReason.LEFT)
        return False

    def close(self, reason: ExitReason) -> bool:
        """End the stay; one too short to be confirmed is counted now if its path led through the zone."""
        stay, self.presence.stay = self.presence.stay, None
        if stay is None or (stay.visit_no == 0 and not stay.passed_through):
            return False
        is_first = False
        if stay.visit_no == 0:
            stay.take_times_from_path()
            is_first = self._enter(stay)
        reason = reason if stay.outside_since_s is None else ExitReason.LEFT
        self.closed.append(ClosedVisit(stay.first_inside_s, stay.last_inside_s, reason, stay.born_inside))
        return is_first

    def _enter(self, stay: Stay) -> bool:
        self.visits_count += 1
        stay.visit_no = self.visits_count
        return self.visits_count == 1

    def to_json(self) -> dict[str, Any]:
        """The complete state, JSON only."""
        stay = self.presence.stay
        return {
            "inside": self.presence.inside,
            "stay": stay and {name: value for name, value in asdict(stay).items() if value is not None},
            "row_no": self.row_no,
            "visits": self.visits_count,
            "closed": self.closed,
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; KeyError, TypeError or ValueError if the state is damaged."""
        presence = Presence(state["inside"], Stay.from_json(state["stay"]) if state["stay"] is not None else None)
        closed = [ClosedVisit(since, until, ExitReason(reason), born) for since, until, reason, born in state["closed"]]
        return cls(presence, state["row_no"], state["visits"], closed)

"""A drawn junction of four roads: what each pipeline is given, and the truth of its gates, intervals and flows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from bench.recount.traffic import HOUR_S, PICTURES_PER_S, SITE, Trip, pictures_of, shown_height, trips
from onwatch_contracts.site import Gate
from onwatch_contracts.values import Anchor
from onwatch_counting.log import LoggedPicture
from onwatch_geometry import Point

INTERVAL_S = 60

Cell = tuple[str, str, int]
"""Gate, direction, number of the interval."""
Flow = tuple[str, str]
"""First and last gate."""


@dataclass
class Counted:
    """What a pipeline counted, or the truth."""

    cells: Counter[Cell] = field(default_factory=Counter)
    flows: Counter[Flow] = field(default_factory=Counter)

    @property
    def gates(self) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        for (gate, direction, _), count in self.cells.items():
            found[gate, direction] += count
        return found

    def add(self, gate: str, is_forward: bool, at_s: float) -> None:
        self.cells[gate, "forward" if is_forward else "backward", int(at_s // INTERVAL_S)] += 1

    def add_flows(self, gates_of: Iterable[Sequence[str]]) -> None:
        """By the gates that each vehicle crossed, in order."""
        for gates in gates_of:
            if len(gates) > 1:
                self.flows[gates[0], gates[-1]] += 1


@dataclass(frozen=True)
class Junction:
    """Some minutes of it."""

    seed: int
    minutes: int

    @cached_property
    def trips(self) -> tuple[Trip, ...]:
        return tuple(trips(self.seed, self.minutes * 60 / HOUR_S))

    @cached_property
    def pictures(self) -> list[LoggedPicture]:
        return pictures_of(self.trips, self.minutes * 60 / HOUR_S)

    @property
    def end_s(self) -> float:
        return self.minutes * 60.0

    def truth(self) -> Counted:
        """From the ways without jitter."""
        found, passed = Counted(), []
        for trip in self.trips:
            crossed = sorted((at_s, gate.gate_id, fwd) for gate in SITE.gates for at_s, fwd in _crossings(trip, gate))
            for at_s, gate_id, is_forward in crossed:
                found.add(gate_id, is_forward, at_s)
            passed.append([gate_id for _, gate_id, _ in crossed])
        found.add_flows(passed)
        return found


def _crossings(trip: Trip, gate: Gate) -> Iterator[tuple[float, bool]]:
    """Time, and whether it goes to the right of one who walks along the gate."""
    way = [(number, _anchor(trip.kind, x, y, gate.anchor)) for number, x, y in trip.places]
    for (number, before), (_, after) in pairwise(way):
        for first, last in pairwise(gate.points):
            side_before, side_after = _side(first, last, before), _side(first, last, after)
            if (side_before > 0) == (side_after > 0) or (_side(before, after, first) > 0) == (
                _side(before, after, last) > 0
            ):
                continue
            share = side_before / (side_before - side_after)
            yield (number + share) / PICTURES_PER_S, side_after > 0


def _anchor(kind: str, x: float, y: float, anchor: Anchor) -> Point:
    return (x, y) if anchor is Anchor.BOTTOM_CENTER else (x, y - shown_height(kind, y) / 2)


def _side(a: Point, b: Point, point: Point) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])

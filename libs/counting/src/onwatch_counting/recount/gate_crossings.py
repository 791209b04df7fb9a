"""The crossings of one gate, vehicle by vehicle. Only vehicles whose path meets the line are looked at."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.site import Gate
from onwatch_counting.gates import GRID, GateLine, GateRules, Passage, Sighting, on_grid
from onwatch_counting.recount.paths import Paths

Bools = NDArray[np.bool_]


class GateCrossings:
    """Prepared for one gate, then applied to each vehicle."""

    def __init__(self, gate: Gate, line: GateLine, paths: Paths, rules: GateRules) -> None:
        self._line, self._paths, self._rules = line, paths, rules
        self._anchors = paths.anchors(gate.anchor)
        self.meetings: list[int] = np.flatnonzero(self._meets(gate)).tolist()
        """The places whose way from the one before meets the line."""

    def of(self, start: int, end: int) -> tuple[Passage, int] | None:
        """The passage of the vehicle with these places, and where it met the line last; None: it never did.

        Whether it came there plausibly is not known here: `is_plausible` is False.
        """
        first = bisect_left(self.meetings, start)
        last = bisect_left(self.meetings, end, first)
        if first == last:
            return None
        passage, met = Passage(), self.meetings[first:last]
        for place, until in pairwise([*met, end]):
            passage.see(self.sighting(place - 1), self.sighting(place), self._line, self._rules, bool)
            while passage.pending and (place := place + 1) < until:
                passage.go_on(self.sighting(place), self._line, self._rules)
        return passage, met[-1]

    def sighting(self, place: int) -> Sighting:
        paths = self._paths
        return Sighting(paths.times[place], paths.pictures[place], self._anchors.point(place), paths.box(place))

    def _meets(self, gate: Gate) -> Bools:
        """Whether the way to each place meets the line, by the same integers as `GateLine.meetings`."""
        x = np.rint(self._anchors.x * GRID).astype(np.int64)
        y = np.rint(self._anchors.y * GRID).astype(np.int64)
        meets = np.zeros(len(x), dtype=bool)
        if len(x) < 2:
            return meets
        line = self._line
        near = ~self._paths.is_first[1:]
        near &= (np.maximum(x[:-1], x[1:]) >= line.left) & (np.minimum(x[:-1], x[1:]) <= line.right)
        near &= (np.maximum(y[:-1], y[1:]) >= line.top) & (np.minimum(y[:-1], y[1:]) <= line.bottom)
        steps = np.flatnonzero(near)
        x0, y0, across, down = x[steps], y[steps], np.diff(x)[steps], np.diff(y)[steps]
        met = np.zeros(len(steps), dtype=bool)
        for a, b in pairwise([on_grid(point) for point in gate.points]):
            dx, dy = b[0] - a[0], b[1] - a[1]
            if not (dx or dy):
                continue
            start = dx * (y0 - a[1]) - dy * (x0 - a[0])
            stop = start + dx * down - dy * across
            tie = -dy or dx
            is_over = (np.where(start == 0, tie, start) > 0) != (np.where(stop == 0, tie, stop) > 0)
            ties = np.where(down == 0, -across, down)
            first = across * (a[1] - y0) - down * (a[0] - x0)
            second = first + across * dy - down * dx
            met |= is_over & ((np.where(first == 0, ties, first) > 0) != (np.where(second == 0, ties, second) > 0))
        meets[1:][steps] = met
        return meets

"""Which rows of a log are one vehicle: the rules of `SiteCounter`, applied only where tracks begin."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.values import Anchor, VehicleType, Zone
from onwatch_counting.recount.table import LogTable
from onwatch_counting.vehicles import (
    TOLERANCE_S,
    Motion,
    Observation,
    best_type,
    continuations,
    known_type,
    look_alike,
)
from onwatch_counting.zones import ZoneCounter, ZoneRules
from onwatch_geometry import middle

Ints = NDArray[np.int64]
Run = tuple[int, int]
"""Consecutive rows of one track, from and to."""

AT_END = 1 << 62
BEFORE, WITH, AFTER = 0, 1, 2
"""A vehicle is gone before the detections of a picture are assigned, or after; it is counted with them."""

_LOOKS = {kind: tuple(look_alike(kind, other) for other in VehicleType) for kind in VehicleType}


class IdentitiesDiffer(Exception):
    """The region of interest takes other tracks for one vehicle than the whole picture: count picture by picture."""


@dataclass(slots=True, eq=False)
class Voyage:
    """One vehicle: its rows, and where it is at the newest of them that was looked at."""

    table: LogTable
    motion: Motion
    runs: list[Run]
    next_row: int
    """The first row of the newest run that was not looked at."""
    run_no: int = 0
    ended_no: int = AT_END
    """The picture in which it is lost; at the end of the video none."""
    ended_phase: int = BEFORE
    roi: tuple[Zone, Anchor] | None = None
    rules: ZoneRules = field(default_factory=ZoneRules)

    @property
    def rows(self) -> Ints:
        return np.concatenate([np.arange(start, end) for start, end in self.runs])

    @property
    def last_row(self) -> int:
        return self.runs[-1][1] - 1

    def advance(self, row: int) -> None:
        """Look at all rows up to this one of the newest run."""
        while True:
            end = self.runs[self.run_no][1]
            is_newest = self.run_no == len(self.runs) - 1
            stop = min(end, row + 1) if is_newest else end
            if self.next_row < stop:
                self.motion.see_all(self.table.sightings(self.next_row, stop))
                self.motion.track_id = int(self.table.track_id[stop - 1])
                self.next_row = stop
            if is_newest:
                return
            self.run_no += 1
            self.next_row = self.runs[self.run_no][0]

    def best_type(self) -> VehicleType:
        """Its type so far. `IdentitiesDiffer` if the region of interest sees another one that looks different."""
        runs = [*self.runs[:-1], (self.runs[-1][0], self.next_row)]
        votes = self.table.votes_of(np.concatenate([np.arange(start, end) for start, end in runs]))
        kind = known_type(best_type(votes))
        looks = {_LOOKS[known_type(name)] for name, weight in votes.items() if weight > 0}
        if len(looks) > 1 and self.roi is not None and _LOOKS[self._type_in_roi(runs)] != _LOOKS[kind]:
            raise IdentitiesDiffer
        return kind

    def _type_in_roi(self, runs: Iterable[Run]) -> VehicleType:
        assert self.roi is not None  # noqa: S101 - the caller checked
        zone, anchor = self.roi
        counter, table, before = ZoneCounter(zone, self.rules), self.table, None
        for row in (row for start, end in runs for row in range(start, end)):
            picture = int(table.picture[row])
            for missed in range(picture if before is None else before + 1, picture):
                counter.observe(float(table.timestamps_s[missed]), ())
            seen = table.logged_box(row)._replace(track_id=1).observation(anchor)
            counter.observe(float(table.timestamps_s[picture]), (seen,))
            before = picture
        return counter.best_type_of(1)


class VoyageFinder:
    """Goes through the pictures in which tracks begin."""

    def __init__(self, table: LogTable, roi: tuple[Zone, Anchor], rules: ZoneRules) -> None:
        self._table, self._roi, self._rules = table, roi, rules
        self._times: list[float] = table.timestamps_s.tolist()
        self._pictures: list[int] = table.picture.tolist()
        self._known: dict[int, Voyage] = {}
        self._ended: list[Voyage] = []
        self._begins = self._runs()
        heapq.heapify(self._begins)

    def find(self) -> list[Voyage]:
        """All vehicles, each with its end. `IdentitiesDiffer` as in `Voyage.best_type`."""
        while self._begins:
            picture_no = self._begins[0][0]
            runs = []
            while self._begins and self._begins[0][0] == picture_no:
                runs.append(heapq.heappop(self._begins)[2])
            self._begin(picture_no, runs)
        for voyage in list(self._known.values()):
            self._end_if_lost(voyage, AT_END)
        for voyage in self._known.values():
            voyage.advance(voyage.last_row)
        return [*self._ended, *self._known.values()]

    def _runs(self) -> list[tuple[int, int, Run]]:
        """Tracks, cut where they were unseen for so long that the vehicle may be lost: (picture, track, rows)."""
        table, count = self._table, len(self._table.track_id)
        if not count:
            return []
        gaps = np.diff(table.times_s) >= self._rules.lost_grace_s - TOLERANCE_S
        cuts = np.flatnonzero((np.diff(table.track_id) != 0) | gaps) + 1
        starts, ends = [0, *cuts.tolist()], [*cuts.tolist(), count]
        tracks = table.track_id[starts].tolist()
        return [
            (self._pictures[start], track, (start, end)) for track, start, end in zip(tracks, starts, ends, strict=True)
        ]

    def _begin(self, picture_no: int, runs: list[Run]) -> None:
        for voyage in list(self._known.values()):
            self._end_if_lost(voyage, picture_no)
        new = []
        for run in runs:
            if (known := self._known.get(self._track(run))) is not None:
                known.runs.append(run)
            else:
                new.append(run)
        if new:
            self._assign(picture_no, new)
        for voyage in list(self._known.values()):
            self._end_if_lost(voyage, picture_no, AFTER)

    def _assign(self, picture_no: int, new: list[Run]) -> None:
        missing = [voyage for voyage in self._known.values() if self._is_missing(voyage, picture_no)]
        boxes = [self._table.logged_box(start).observation(Anchor.BOTTOM_CENTER) for start, _ in new]
        found = continuations(missing, boxes, self._times[picture_no], self._rules)
        for run, seen in zip(new, boxes, strict=True):
            voyage = found.get(seen.track_id)
            if voyage is None:
                self._known[seen.track_id] = self._new(run, seen)
            else:
                self._continue(voyage, run, seen.track_id)

    def _continue(self, voyage: Voyage, run: Run, track_id: int) -> None:
        """The old track is no longer the vehicle's: what follows of it is a new one."""
        del self._known[self._track(voyage.runs[-1])]
        start, end = voyage.runs[-1]
        if voyage.next_row < end:
            voyage.runs[-1] = start, voyage.next_row
            rest = voyage.next_row, end
            heapq.heappush(self._begins, (self._pictures[rest[0]], self._track(rest), rest))
        voyage.runs.append(run)
        self._known[track_id] = voyage

    def _new(self, run: Run, seen: Observation) -> Voyage:
        start, at_s = run[0], float(self._table.times_s[run[0]])
        motion = Motion(seen.track_id, at_s, seen.box, middle(seen.box), at_s)
        return Voyage(self._table, motion, [run], start + 1, roi=self._roi, rules=self._rules)

    def _is_missing(self, voyage: Voyage, picture_no: int) -> bool:
        """Whether it has no detection in the picture; if so, it has looked at all before."""
        start, end = voyage.runs[-1]
        row = bisect_left(self._pictures, picture_no, start, end)
        if row < end and self._pictures[row] == picture_no:
            return False
        voyage.advance(row - 1)
        return True

    def _end_if_lost(self, voyage: Voyage, picture_no: int, phase: int = BEFORE) -> None:
        """End it if it was lost in a picture before, or is by the given phase of this one."""
        if self._pictures[voyage.last_row] >= picture_no:
            return
        voyage.advance(voyage.last_row)
        lost_no = self._lost_no(voyage)
        if lost_no is None or lost_no > picture_no:
            return
        lost_phase = BEFORE if voyage.motion.is_past(self._times[lost_no], self._rules) else AFTER
        if (lost_no, lost_phase) <= (picture_no, phase):
            voyage.ended_no, voyage.ended_phase = lost_no, lost_phase
            self._ended.append(voyage)
            del self._known[voyage.motion.track_id]

    def _lost_no(self, voyage: Voyage) -> int | None:
        """The first picture in which it is lost if it is not found again; None: the video ends before."""
        motion = voyage.motion
        first = self._pictures[voyage.last_row] + 1
        since_s = motion.seen_s + motion.grace_s(self._rules) - 2 * TOLERANCE_S
        lost_no = max(first, bisect_left(self._times, since_s))
        while lost_no < len(self._times) and not motion.is_lost(self._times[lost_no], self._rules):
            lost_no += 1
        return lost_no if lost_no < len(self._times) else None

    def _track(self, run: Run) -> int:
        return int(self._table.track_id[run[0]])

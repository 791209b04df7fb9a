"""Finds the track of each visit in the log, and the picture in which its vehicle is seen best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import Anchor, Polygon
from onwatch_counting.log.boxes import RESOLUTION
from onwatch_counting.log.packing import Ints, LogColumns
from onwatch_geometry import Area

CUT_OFF = 0.25
"""Weight of a box at the edge of the picture: it shows a part of the vehicle."""
SAME_TIME_S = 1e-6
"""Times of visits are those of pictures, but for rounding."""


@dataclass(frozen=True)
class Sighting:
    """Where the vehicle of a visit is seen best: in its largest box that is not cut off."""

    vehicle_id: int
    visit_no: int
    zone_id: str
    track_id: int
    """With which the visit began. A vehicle that was lost and found again has others afterwards."""
    at_s: float
    box: tuple[int, int, int, int]
    """Left, top, right, bottom in steps of 1 / `RESOLUTION`."""


@dataclass
class _Open:
    visit: Vehicle
    track_id: int
    size: float = -1.0
    at_s: float = 0.0
    box: tuple[int, int, int, int] = (0, 0, 0, 0)


class SightingFinder:
    """Takes the chunks of a log one after the other, so that only one has to be in memory.

    The log has no numbers of vehicles: a visit begins with the track that is in the zone at that picture and was not in
    the picture before. Of several at once one of the visit's type is preferred, and the order of tracks is that of
    vehicles. Visits that no track fits are left out.
    """

    def __init__(self, visits: Sequence[Vehicle], polygons: Mapping[str, Polygon], anchor: Anchor) -> None:
        self._areas = {zone_id: Area(polygon) for zone_id, polygon in polygons.items()}
        self._anchor = anchor
        known = (visit for visit in visits if visit.zone_id in self._areas)
        self._waiting = sorted(known, key=lambda visit: (visit.entered_at_s, visit.vehicle_id), reverse=True)
        self._open: list[_Open] = []
        self._found: list[_Open] = []
        self._inside_before: dict[str, set[int]] = {zone_id: set() for zone_id in self._areas}

    def add(self, chunk: LogColumns) -> None:
        """The next pictures."""
        bounds = np.searchsorted(chunk.picture, np.arange(len(chunk.timestamps_s) + 1))
        for picture, at_s in enumerate(chunk.timestamps_s.tolist()):
            begun = self._begun(at_s)
            # Who was inside before is asked of the picture before those in which a visit begins.
            if begun or self._begins_with_next(chunk, picture):
                rows = slice(int(bounds[picture]), int(bounds[picture + 1]))
                inside = {zone_id: self._inside(chunk, rows, area) for zone_id, area in self._areas.items()}
                self._assign(begun, inside, chunk)
                self._inside_before = {zone: set(chunk.track_id[found].tolist()) for zone, found in inside.items()}
        self._see(chunk)

    def sightings(self) -> tuple[Sighting, ...]:
        """Of all pictures so far, by vehicle and visit."""
        found = [
            Sighting(one.visit.vehicle_id, one.visit.visit_no, one.visit.zone_id, one.track_id, one.at_s, one.box)
            for one in (*self._found, *self._open)
            if one.size >= 0
        ]
        return tuple(sorted(found, key=lambda one: (one.vehicle_id, one.visit_no, one.zone_id)))

    def _begun(self, at_s: float) -> list[Vehicle]:
        begun = []
        while self._waiting and self._waiting[-1].entered_at_s <= at_s + SAME_TIME_S:
            begun.append(self._waiting.pop())
        return begun

    def _begins_with_next(self, chunk: LogColumns, picture: int) -> bool:
        if not self._waiting:
            return False
        if picture + 1 == len(chunk.timestamps_s):
            return True  # the next picture is in another chunk
        return bool(self._waiting[-1].entered_at_s <= chunk.timestamps_s[picture + 1] + SAME_TIME_S)

    def _inside(self, chunk: LogColumns, rows: slice, area: Area) -> Ints:
        """Indices of the boxes whose anchor is in the area."""
        left, top, right, bottom = (chunk.edges[rows].T / RESOLUTION).tolist() if rows.stop > rows.start else ((),) * 4
        is_bottom = self._anchor is Anchor.BOTTOM_CENTER
        inside = [
            index
            for index, edges in enumerate(zip(left, top, right, bottom, strict=True), rows.start)
            if ((edges[0] + edges[2]) / 2, edges[3] if is_bottom else (edges[1] + edges[3]) / 2) in area
        ]
        return np.array(inside, np.int64)

    def _assign(self, begun: Sequence[Vehicle], inside: Mapping[str, Ints], chunk: LogColumns) -> None:
        taken: set[tuple[str, int]] = set()
        for visit in begun:
            before = self._inside_before[visit.zone_id]
            choices = [
                (track in before, chunk.type_names[chunk.type_index[index]] != visit.vehicle_type.value, track)
                for index in inside[visit.zone_id].tolist()
                if (visit.zone_id, track := int(chunk.track_id[index])) not in taken
            ]
            if choices:
                track_id = min(choices)[2]
                taken.add((visit.zone_id, track_id))
                self._open.append(_Open(visit, track_id))

    def _see(self, chunk: LogColumns) -> None:
        """The best box of each open visit in this chunk; those that have ended are closed."""
        if not self._open or not len(chunk.timestamps_s):
            return
        order = np.argsort(chunk.track_id, kind="stable")
        tracks = chunk.track_id[order]
        width, height = (chunk.edges[:, 2] - chunk.edges[:, 0]), (chunk.edges[:, 3] - chunk.edges[:, 1])
        is_cut_off = (chunk.edges[:, :2] <= 0).any(axis=1) | (chunk.edges[:, 2:] >= RESOLUTION).any(axis=1)
        sizes = width * height * np.where(is_cut_off, CUT_OFF, 1.0)
        for one in self._open:
            rows = order[np.searchsorted(tracks, one.track_id) : np.searchsorted(tracks, one.track_id, side="right")]
            at_s = chunk.timestamps_s[chunk.picture[rows]]
            is_during = (at_s >= one.visit.entered_at_s - SAME_TIME_S) & (at_s <= _end_s(one.visit) + SAME_TIME_S)
            if (rows := rows[is_during]).size and sizes[best := rows[np.argmax(sizes[rows])]] > one.size:
                one.size, one.at_s = float(sizes[best]), float(chunk.timestamps_s[chunk.picture[best]])
                left, top, right, bottom = chunk.edges[best].tolist()
                one.box = (left, top, right, bottom)
        now_s = float(chunk.timestamps_s[-1])
        self._found += [one for one in self._open if _end_s(one.visit) <= now_s]
        self._open = [one for one in self._open if _end_s(one.visit) > now_s]


def _end_s(visit: Vehicle) -> float:
    return float("inf") if visit.left_at_s is None else visit.left_at_s

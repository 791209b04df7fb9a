"""The visits of one zone, vehicle by vehicle. Only the steps at which something can change are looked at."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.site import SiteZone
from onwatch_contracts.values import ExitReason
from onwatch_counting.recount.paths import Floats, Paths
from onwatch_counting.site import ZoneTrack
from onwatch_counting.zones import Step, ZoneRules
from onwatch_geometry import Area, Point, size

Bools = NDArray[np.bool_]
Value = Floats | float

NEAR = 1e-6
"""Nearer to the border than this, floats of numpy are not trusted: `Area` decides."""
UNSURE = 1e-9
FOLLOWED = 100
"""So many detections after the last one inside, distances from the border are computed in advance."""


@dataclass(slots=True)
class ZonePath:
    """The result for one vehicle."""

    track: ZoneTrack
    entered_at: int | None
    """The place at which it was counted; None: at its end, or not at all."""
    first_visit: tuple[int, int] | None
    """The places at which its first visit began and was closed."""


class ZoneVisits:
    """Prepared for one zone, then applied to each vehicle."""

    def __init__(self, zone: SiteZone, area: Area, paths: Paths, rules: ZoneRules) -> None:
        self._area, self._paths, self._rules = area, paths, rules
        self._anchors = paths.anchors(zone.anchor)
        corners = np.array(zone.polygon)
        self._edges = [(*a, *b) for a, b in zip(corners.tolist(), np.roll(corners, -1, axis=0).tolist(), strict=True)]
        self.inside = self._inside()
        self._jumps = self._may_jump()
        self._outside_places: list[int] = np.flatnonzero(~self.inside).tolist()
        self._events: list[int] = np.flatnonzero(self.inside | self._jumps).tolist()
        self._is_clear = self._clear()
        self._inside_list: list[bool] = self.inside.tolist()
        self._jump_list: list[bool] = self._jumps.tolist()

    def of(self, start: int, end: int, reason: ExitReason) -> ZonePath:
        """The visits of the vehicle with these places, which is not seen afterwards for the given reason."""
        path = ZonePath(ZoneTrack(), None, None)
        track, presence = path.track, path.track.presence
        if self._inside_list[start]:
            presence.begin(self._paths.times[start], self._anchors.point(start), self._area, self._rules)
        began, place = start, start + 1
        while place < end:
            stay = presence.stay
            if stay is None:
                place = began = self._next(self._events, place, end)
            elif stay.visit_no and presence.inside and self._inside_list[place]:
                place = self._next(self._outside_places, place, end)
                stay.last_inside_s = self._paths.times[place - 1]
            if place == end:
                break
            if self._see(place, track):
                path.entered_at = place
            if path.first_visit is None and track.closed:
                path.first_visit = began, place
            place += 1
        track.close(reason)
        if path.first_visit is None and track.closed:
            path.first_visit = began, end - 1
        return path

    def _see(self, place: int, track: ZoneTrack) -> bool:
        """As `ZoneTrack.see`; on the outside, with what was computed in advance."""
        presence, paths = track.presence, self._paths
        stay = presence.stay
        if stay is None:
            return track.see(self._step(place), paths.box(place), self._area, self._rules)
        if self._inside_list[place] or presence.inside or self._jump_list[place]:
            stay.run_unseen += paths.pictures[place] - paths.pictures[place - 1] - 1
            return track.see(self._step(place), paths.box(place), self._area, self._rules)
        stay.detected_outside(paths.times[place], self._clear_at(place))
        return track.decide(paths.times[place], self._rules)

    @staticmethod
    def _next(places: list[int], place: int, end: int) -> int:
        found = bisect_left(places, place)
        return min(places[found], end) if found < len(places) else end

    def _step(self, place: int) -> Step:
        times, anchors = self._paths.times, self._anchors
        return Step(times[place - 1], anchors.point(place - 1), times[place], anchors.point(place))

    def _inside(self) -> Bools:
        x, y = self._anchors.x, self._anchors.y
        odd, near = np.zeros(len(x), dtype=bool), np.zeros(len(x), dtype=bool)
        for ax, ay, bx, by in self._edges:
            if ay != by:
                odd ^= ((ay > y) != (by > y)) & (x < ax + (bx - ax) * (y - ay) / (by - ay))
            near |= _distance_squared(x, y, (ax, ay), (bx, by)) <= NEAR * NEAR
        for place in np.flatnonzero(near).tolist():
            odd[place] = self._anchors.point(place) in self._area
        return odd

    def _may_jump(self) -> Bools:
        """Steps from outside to outside whose way may lead through the zone; some do not."""
        x, y = self._anchors.x, self._anchors.y
        jumps = np.zeros(len(x), dtype=bool)
        if len(x) < 2:
            return jumps
        x0, y0, x1, y1 = x[:-1], y[:-1], x[1:], y[1:]
        candidates = ~(self.inside[:-1] | self.inside[1:] | self._paths.is_first[1:])
        across, down = [edge[0] for edge in self._edges], [edge[1] for edge in self._edges]
        candidates &= (np.maximum(x0, x1) >= min(across) - NEAR) & (np.minimum(x0, x1) <= max(across) + NEAR)
        candidates &= (np.maximum(y0, y1) >= min(down) - NEAR) & (np.minimum(y0, y1) <= max(down) + NEAR)
        steps = np.flatnonzero(candidates)
        x0, y0, x1, y1 = x0[steps], y0[steps], x1[steps], y1[steps]
        meets = np.zeros(len(steps), dtype=bool)
        for ax, ay, bx, by in self._edges:
            start, stop = _cross(ax, ay, bx, by, x0, y0), _cross(ax, ay, bx, by, x1, y1)
            first, second = _cross(x0, y0, x1, y1, ax, ay), _cross(x0, y0, x1, y1, bx, by)
            meets |= ~(_same_side(start, stop) | _same_side(first, second))
        jumps[1:][steps] = meets
        return jumps

    def _clear(self) -> NDArray[np.int8]:
        """1: farther from the border than the error of a detector, 0: not, -1: to be computed."""
        count = len(self.inside)
        clear = np.full(count, -1, dtype=np.int8)
        places = np.arange(count)
        last_inside = np.maximum.accumulate(np.where(self.inside, places, -FOLLOWED - 1))
        wanted = np.flatnonzero(~self.inside & (places - last_inside <= FOLLOWED))
        boxes = self._paths.boxes[wanted]
        width, height = np.maximum(boxes[:, 2] - boxes[:, 0], 1e-6), np.maximum(boxes[:, 3] - boxes[:, 1], 1e-6)
        x, y = self._anchors.x[wanted] / width, self._anchors.y[wanted] / height
        nearest = np.full(len(wanted), np.inf)
        for ax, ay, bx, by in self._edges:
            distance = _distance_squared(x, y, (ax / width, ay / height), (bx / width, by / height))
            nearest = np.minimum(nearest, distance)
        nearest = np.sqrt(nearest)
        border = self._rules.border_boxes
        clear[wanted] = np.where(np.abs(nearest - border) <= UNSURE, -1, nearest > border)
        return clear

    def _clear_at(self, place: int) -> bool:
        if (known := int(self._is_clear[place])) >= 0:
            return known == 1
        unit = size(self._paths.box(place))
        return self._area.distance(self._anchors.point(place), unit) > self._rules.border_boxes


def _cross(ax: Value, ay: Value, bx: Value, by: Value, x: Value, y: Value) -> Floats:
    return np.asarray((bx - ax) * (y - ay) - (by - ay) * (x - ax))


def _same_side(one: Floats, other: Floats) -> Bools:
    result: Bools = ((one > NEAR) & (other > NEAR)) | ((one < -NEAR) & (other < -NEAR))
    return result


Coordinates = Point | tuple[Floats, Floats]


def _distance_squared(x: Floats, y: Floats, a: Coordinates, b: Coordinates) -> Floats:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length_squared = np.maximum(dx * dx + dy * dy, 1e-300)
    along = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / length_squared, 0.0, 1.0)
    off_x, off_y = x - a[0] - dx * along, y - a[1] - dy * along
    return np.asarray(off_x * off_x + off_y * off_y)

"""A plain tracker and the counting rules, to evaluate the detector by its counts."""

from dataclasses import dataclass, field

import numpy as np
from inference import Detections, overlaps

from onwatch_synthetic import VEHICLE_TYPES, Truth

LEAST_OVERLAP = 0.15
LOST_S = 1.0
MIN_INSIDE_S = 0.2


@dataclass
class Tracked:
    """One vehicle as the tracker sees it."""

    box: np.ndarray
    velocity: np.ndarray
    last_frame: int
    hits: int = 1
    inside: list[int] = field(default_factory=list)
    votes: np.ndarray = field(default_factory=lambda: np.zeros(len(VEHICLE_TYPES)))


@dataclass(frozen=True)
class Visit:
    """One counted vehicle."""

    vehicle_type: str
    entered_frame: int
    left_frame: int


class Counter:
    """Feed it every frame's detections in order, then ask for the visits."""

    def __init__(self, truth: Truth, width: int, height: int) -> None:
        self._truth = truth
        self._polygon = np.array(truth.roi) * (width, height)
        self._tracks: list[Tracked] = []

    def add(self, frame: int, found: Detections) -> None:
        """Match detections to tracks by overlap with where each track should be by now."""
        alive = [t for t in self._tracks if (frame - t.last_frame) / self._truth.fps <= LOST_S]
        expected = np.array([t.box + t.velocity * (frame - t.last_frame) for t in alive]).reshape(-1, 4)
        iou = overlaps(expected, found.boxes)
        free = set(range(len(found.boxes)))
        while iou.size and iou.max() >= LEAST_OVERLAP:
            row, column = np.unravel_index(int(iou.argmax()), iou.shape)
            self._extend(alive[row], frame, found, int(column))
            free.discard(int(column))
            iou[row], iou[:, column] = -1, -1
        for column in sorted(free):
            if found.scores[column] >= 0.4:
                track = Tracked(found.boxes[column], np.zeros(4), frame)
                self._tracks.append(track)
                self._note(track, frame, found, column)

    def _extend(self, track: Tracked, frame: int, found: Detections, column: int) -> None:
        step = (found.boxes[column] - track.box) / (frame - track.last_frame)
        track.velocity = step if track.hits < 2 else track.velocity * 0.5 + step * 0.5
        track.box, track.last_frame, track.hits = found.boxes[column], frame, track.hits + 1
        self._note(track, frame, found, column)

    def _note(self, track: Tracked, frame: int, found: Detections, column: int) -> None:
        left, top, right, bottom = (float(v) for v in found.boxes[column])
        down = bottom if self._truth.anchor == "bottom_center" else (top + bottom) / 2
        if inside_polygon((left + right) / 2, down, self._polygon):
            track.inside.append(frame)
            track.votes[found.classes[column]] += found.scores[column]

    def visits(self) -> list[Visit]:
        """The visits that were long enough, in order of entry."""
        counted = [
            Visit(VEHICLE_TYPES[int(t.votes.argmax())], t.inside[0], t.inside[-1])
            for t in self._tracks
            if len(t.inside) >= 2 and (t.inside[-1] - t.inside[0]) / self._truth.fps >= MIN_INSIDE_S
        ]
        return sorted(counted, key=lambda v: v.entered_frame)


def inside_polygon(x: float, y: float, polygon: np.ndarray) -> bool:
    """Even-odd rule."""
    odd = False
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            odd = not odd
    return odd


def differences(truth: Truth, visits: list[Visit]) -> list[str]:
    """Description of the differences from the truth in count, type or dwell; empty if the clip is exact."""
    open_visits, found = list(visits), []
    for vehicle in truth.vehicles:
        near = [v for v in open_visits if abs(v.entered_frame - vehicle.entered_frame) <= 6]
        near.sort(
            key=lambda v: (
                abs(v.left_frame - vehicle.left_frame)
                + abs(v.entered_frame - vehicle.entered_frame)
                + 2 * (v.vehicle_type != vehicle.vehicle_type)
            )
        )
        if not near:
            found.append(f"{vehicle.vehicle_type} at {vehicle.entered_s:.2f} s not counted")
            continue
        visit = near[0]
        open_visits.remove(visit)
        if visit.vehicle_type != vehicle.vehicle_type:
            found.append(f"{vehicle.vehicle_type} at {vehicle.entered_s:.2f} s is a {visit.vehicle_type}")
        off = (visit.left_frame - visit.entered_frame) - (vehicle.left_frame - vehicle.entered_frame)
        if abs(off) > 1:
            found.append(f"{vehicle.vehicle_type} at {vehicle.entered_s:.2f} s: dwell off by {off} frames")
    found += [f"a {v.vehicle_type} too many at frame {v.entered_frame}" for v in open_visits]
    return found

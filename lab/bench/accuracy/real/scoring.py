"""Compares counted vehicles with the annotated ones of a zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.accuracy.clips import Frame
from bench.accuracy.metrics import Counted, CountedVisit
from bench.accuracy.real import histories
from bench.accuracy.real.annotated import SLACK_S, UNDEFINED, Floats, Junction, Stay, overlaps

SAME_IOU = 0.3
"""A box is of the vehicle that it overlaps most, if by this much: annotators and models draw boxes differently."""
NEAR_S = 1.0
WELL_SEEN = 0.5
DWELL_S = 0.5


@dataclass(frozen=True)
class Zoned:
    """A zone of a clip, with detections."""

    junction: Junction
    stays: Sequence[Stay]
    frames: Sequence[Frame]
    tracks: histories.TrackIds = ()
    """Empty: not known, and no history is noted."""

    def history(self, stay: Stay) -> str:
        """What became of its boxes, also shortly before and afterwards."""
        if not self.tracks:
            return ""
        since_s, until_s = stay.entered_s - NEAR_S, stay.left_s + NEAR_S
        return f": {histories.of_vehicle(self.frames, self.tracks, stay.track_id, since_s, until_s)}"

    def seen(self, stay: Stay) -> float:
        """In which share of the pictures of its stay the vehicle has a box of its own."""
        frames = [f for f in self.frames if stay.entered_s - SLACK_S <= f.timestamp_s <= stay.left_s + SLACK_S]
        return sum(stay.track_id in frame.owners for frame in frames) / max(1, len(frames))


@dataclass
class Result:
    """Errors over any number of zones."""

    vehicles: int = 0
    missed: int = 0
    missed_seen: int = 0
    """Missed although they have a box in half of their pictures."""
    seen: int = 0
    made_up: int = 0
    parked: int = 0
    parked_missed: int = 0
    types: int = 0
    wrong_types: int = 0
    dwell_errors_s: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Result) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def errors(self) -> int:
        return self.missed + self.made_up

    @property
    def dwell_right(self) -> float:
        """Share of the counted vehicles whose dwell time is off by at most `DWELL_S`."""
        right = [error <= DWELL_S + SLACK_S for error in self.dwell_errors_s]
        return float(np.mean(right)) if right else 1.0


def owners(junction: Junction, number: int, boxes: Floats) -> tuple[int | None, ...]:
    """The annotated vehicle of each box."""
    there = junction.pictures[number] if number < len(junction.pictures) else ()
    if not there or not len(boxes):
        return (None,) * len(boxes)
    likeness = overlaps(np.asarray(boxes, np.float64), np.array([box for _, box in there]))
    best = likeness.argmax(axis=1)
    return tuple(
        there[column][0].track_id if likeness[row, column] >= SAME_IOU else None for row, column in enumerate(best)
    )


def compare(zoned: Zoned, counted: Counted) -> Result:
    """The errors of one pipeline in one zone."""
    by_identity = _by_identity(counted)
    pairs = pairs_of(zoned, counted)
    result = Result()
    for place, stay in enumerate(zoned.stays):
        _judge(result, zoned, stay, by_identity[pairs[place]] if place in pairs else [])
    made_up = [identity for identity in by_identity if identity not in pairs.values()]
    result.made_up = len(made_up)
    for identity in made_up:
        boxes = histories.of_identity(zoned.frames, counted.identities, identity)
        result.notes.append(f"made up {identity}: {_text(by_identity[identity])}: {boxes}")
    return result


def pairs_of(zoned: Zoned, counted: Counted) -> dict[int, int]:
    """The counted identity of each stay that has one, by its place among the stays."""
    by_identity = _by_identity(counted)
    identities = list(by_identity)
    return {place: identities[column] for place, column in _pairs(zoned, by_identity, counted)}


def _by_identity(counted: Counted) -> dict[int, list[CountedVisit]]:
    found: dict[int, list[CountedVisit]] = {}
    for visit in counted.visits:
        found.setdefault(visit.identity, []).append(visit)
    return found


def _judge(result: Result, zoned: Zoned, stay: Stay, visits: Sequence[CountedVisit]) -> None:
    if stay.is_touch:
        return
    if stay.is_parked:
        result.parked += 1
        result.parked_missed += not visits
        return
    share = zoned.seen(stay)
    result.vehicles += 1
    result.seen += share >= WELL_SEEN
    if not visits:
        result.missed += 1
        result.missed_seen += share >= WELL_SEEN
        result.notes.append(f"missed {_name(stay)}, seen {share:.0%}{zoned.history(stay)}")
        return
    error_s = sum(v.left_s - v.entered_s for v in visits) - stay.dwell_s
    result.dwell_errors_s.append(abs(error_s))
    if abs(error_s) > DWELL_S + SLACK_S:
        result.notes.append(f"dwell of {_name(stay)} off by {error_s:+.2f} s: {_text(visits)}{zoned.history(stay)}")
    if stay.vehicle_type != UNDEFINED:
        result.types += 1
        if visits[0].vehicle_type != stay.vehicle_type:
            result.wrong_types += 1
            result.notes.append(f"{stay.vehicle_type} {stay.track_id} counted as {visits[0].vehicle_type}")


def _pairs(
    zoned: Zoned, by_identity: Mapping[int, Sequence[CountedVisit]], counted: Counted
) -> Sequence[tuple[int, int]]:
    """Stays and identities that belong together: the ones that share the most boxes, each once."""
    if not zoned.stays or not by_identity:
        return []
    row_of = {stay.track_id: row for row, stay in enumerate(zoned.stays)}
    column_of = {identity: column for column, identity in enumerate(by_identity)}
    shared, total = np.zeros((len(row_of), len(column_of))), np.zeros(len(column_of))
    for frame, ids in zip(zoned.frames, counted.identities, strict=True):
        for identity, owner in zip(ids, frame.owners, strict=True):
            if identity not in column_of or not _is_near(frame.timestamp_s, by_identity[identity]):
                continue
            total[column_of[identity]] += 1
            if owner in row_of and _is_in(frame.timestamp_s, zoned.stays[row_of[owner]]):
                shared[row_of[owner], column_of[identity]] += 1
    common = shared * shared / np.maximum(total, 1)
    rows, columns = linear_sum_assignment(common, maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if common[r, c] > 0]


def _is_near(at_s: float, visits: Sequence[CountedVisit]) -> bool:
    return any(v.entered_s - NEAR_S <= at_s <= v.left_s + NEAR_S for v in visits)


def _is_in(at_s: float, stay: Stay) -> bool:
    return stay.entered_s - NEAR_S <= at_s <= stay.left_s + NEAR_S


def _name(stay: Stay) -> str:
    return f"{stay.vehicle_type} {stay.track_id} {stay.entered_s:.2f}-{stay.left_s:.2f}"


def _text(visits: Sequence[CountedVisit]) -> str:
    return ", ".join(f"{v.vehicle_type} {v.entered_s:.2f}-{v.left_s:.2f}" for v in visits)

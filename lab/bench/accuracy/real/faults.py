"""Measures the faults of boxes on annotated clips, the same for those of a model and for degraded ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from bench.accuracy.clips import Frame
from bench.accuracy.real.annotated import Floats, Junction, Track, overlaps
from bench.accuracy.real.habits import FOUND, FOUND_CONFIDENCE, UNSEEN, WEAK, WEAK_CONFIDENCE, situations_of
from bench.accuracy.real.scoring import owners

Clips = Sequence[tuple[Junction, Sequence[Frame]]]

LAGS = 1, 12, 25
"""Pictures between two boxes of a vehicle whose errors are compared; 25 are a second."""


@dataclass
class Seen:
    """One vehicle in the pictures in which it is annotated. `offsets[n]` has its box in picture n, by edges."""

    track: Track
    situations: list[int] = field(default_factory=list)
    states: list[int] = field(default_factory=list)
    offsets: dict[int, Floats] = field(default_factory=dict)
    ious: list[float] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    """Of those found, in the order of the pictures; so are the types."""
    types: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return float(np.mean([state != UNSEEN for state in self.states]))

    def gaps(self) -> Iterator[int]:
        """The lengths of the gaps between its boxes, in pictures."""
        seen = [n for n, state in enumerate(self.states) if state != UNSEEN]
        yield from (after - before - 1 for before, after in pairwise(seen) if after - before > 1)

    def changes(self, lag: int) -> Iterator[Floats]:
        """How much its edges are off differently after so many pictures."""
        yield from (self.offsets[n + lag] - one for n, one in self.offsets.items() if n + lag in self.offsets)


def seen_vehicles(clips: Clips) -> list[Seen]:
    """Every annotated vehicle, with the most similar of the boxes that are its own as the benchmark judges it."""
    found: list[Seen] = []
    for junction, frames in clips:
        vehicles = {track.track_id: Seen(track) for track in junction.tracks}
        pictures = zip(junction.pictures, situations_of(junction), frames, strict=False)
        for number, (there, situations, frame) in enumerate(pictures):
            boxes = frame.detections.boxes.astype(np.float64)
            whose = owners(junction, number, boxes)
            for (track, box), situation in zip(there, situations, strict=True):
                vehicles[track.track_id].situations.append(situation)
                rows = [row for row, owner in enumerate(whose) if owner == track.track_id]
                _see(vehicles[track.track_id], frame, box, rows)
        found += (one for one in vehicles.values() if one.states)
    return found


def _see(one: Seen, frame: Frame, box: Floats, rows: Sequence[int]) -> None:
    at = len(one.states)
    one.states.append(UNSEEN)
    if not rows:
        return
    boxes = frame.detections.boxes[list(rows)].astype(np.float64)
    ious = overlaps(box[None], boxes)[0]
    best = int(ious.argmax())
    confidence = float(frame.detections.confidences[rows[best]])
    if confidence < WEAK_CONFIDENCE:
        return
    one.states[at] = FOUND if confidence >= FOUND_CONFIDENCE else WEAK
    one.offsets[at] = (boxes[best] - box) / np.tile(box[2:] - box[:2], 2)
    one.ious.append(float(ious[best]))
    if one.states[at] == FOUND:
        one.confidences.append(confidence)
        one.types.append(frame.detections.vehicle_types[rows[best]])


def measured(clips: Clips) -> dict[str, str]:
    """The faults of the boxes, as text by their names. Errors of edges are in sizes of the box."""
    vehicles = seen_vehicles(clips)
    states = np.concatenate([one.states for one in vehicles])
    shares = np.array([one.share for one in vehicles])
    ious = np.concatenate([one.ious for one in vehicles])
    gaps = [gap for one in vehicles for gap in one.gaps()]
    gaps_s = np.array(gaps or [0]) / clips[0][0].fps
    changes = {lag: _changes(vehicles, lag) for lag in LAGS}
    return {
        "seen, share of all pictures of vehicles": f"{np.mean(states != UNSEEN):.0%}",
        f"with a confidence of {FOUND_CONFIDENCE} or more": f"{np.mean(states == FOUND):.0%}",
        "vehicles seen in less than a tenth of their pictures": f"{np.mean(shares < 0.1):.0%}",
        "vehicles seen in less than half of them": f"{np.mean(shares < 0.5):.0%}",
        "vehicles seen in more than nine tenths of them": f"{np.mean(shares > 0.9):.0%}",
        "gaps for each 100 boxes": f"{100 * len(gaps) / len(ious):.1f}",
        "gap, mean": f"{np.mean(gaps_s):.2f} s",
        "gap, 90 %": f"{np.percentile(gaps_s, 90):.2f} s",
        "IoU with the annotated box, mean": f"{np.mean(ious):.2f}",
        "error of an edge, change from one picture to the next, 68 %": f"{np.percentile(np.abs(changes[1]), 68):.3f}",
    } | {
        f"error of an edge, change in {lag / clips[0][0].fps:.2f} s, standard deviation": f"{np.std(change):.3f}"
        for lag, change in changes.items()
    }  # fmt: skip


def _changes(vehicles: Iterable[Seen], lag: int) -> Floats:
    return np.array([change for one in vehicles for change in one.changes(lag)]).ravel()

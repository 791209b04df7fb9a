"""Annotated boxes with the faults of a model, which follow from each other from one picture to the next.

A vehicle is of a kind: found nearly always, now and then, or hardly ever. In a picture it is found, found weakly or not
found. How it goes on from one picture to the next is a Markov chain for each kind and situation. Its box is off by a
part that the vehicle keeps, one that is drawn anew now and then, trembling, and single outliers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bench.accuracy.clips import Frame, with_votes
from bench.accuracy.real.annotated import Floats, Junction, Track, overlaps
from bench.accuracy.real.habits import (
    FOUND,
    FOUND_CONFIDENCE,
    UNSEEN,
    WEAK_CONFIDENCE,
    Chain,
    Habits,
    Kind,
    main_situation,
    situations_of,
)
from onwatch_contracts.values import VehicleType
from onwatch_synthetic.detecting import LOOK_ALIKE, ONE_BOX_IOU

Shown = tuple[Floats, float, str, int]
"""A box with its confidence, its type and its vehicle."""


@dataclass
class _Look:
    """How the model sees one vehicle, picture by picture."""

    habits: Habits
    random: np.random.Generator
    kind: Kind
    vehicle_type: str
    kept: Floats = field(init=False)
    """In standard deviations."""
    held: Floats = field(init=False)
    confidence: float = field(init=False)
    state: int | None = None

    def __post_init__(self) -> None:
        errors = self.habits.errors
        self.kept = self.random.normal(0, 1, 4)
        self.held = self.random.normal(0, errors.held, 4)
        self.confidence = float(self.random.normal(self.kind.confidence, self.habits.confidences[0]))

    def next_box(self, box: Floats, situation: int) -> tuple[Floats, float] | None:
        """Its box in the next picture with its confidence, or None. As many random numbers are drawn in each case."""
        chain = self.kind.chains[situation]
        self.state = _drawn(_stationary(chain) if self.state is None else chain[self.state], self.random)
        off = self._off(situation)
        strong = max(FOUND_CONFIDENCE, float(self.random.normal(self.confidence, self.habits.confidences[1])))
        weak = float(self.random.uniform(WEAK_CONFIDENCE, FOUND_CONFIDENCE - 0.01))
        if self.state == UNSEEN:
            return None
        return box + off * np.tile(box[2:] - box[:2], 2), min(0.95, strong) if self.state == FOUND else weak

    def _off(self, situation: int) -> Floats:
        errors, random = self.habits.errors, self.random
        fresh = random.normal(0, errors.held, 4)
        if random.random() < errors.renewed:
            self.held = fresh
        is_outlier = random.random(4) < errors.outlying
        trembling = random.normal(0, 1, 4) * np.where(is_outlier, errors.outlier, errors.trembling)
        kept = np.array(errors.mean[situation]) + self.kept * errors.kept[situation]
        return np.asarray(kept + self.held + trembling)


def degraded(junction: Junction, habits: Habits, seed: int) -> Iterator[Frame]:
    """The clip as such a model sees it; the same seed gives the same boxes."""
    random = np.random.default_rng(seed)
    situations = situations_of(junction)
    own: dict[int, list[int]] = {}
    for there, found in zip(junction.pictures, situations, strict=True):
        for (track, _), situation in zip(there, found, strict=True):
            own.setdefault(track.track_id, []).append(situation)
    looks = {
        track.track_id: _look(track, main_situation(own[track.track_id]), habits, random)
        for track in junction.tracks
        if track.track_id in own
    }
    for number, (there, found) in enumerate(zip(junction.pictures, situations, strict=True)):
        shown: list[Shown] = []
        for (track, box), situation in zip(there, found, strict=True):
            look = looks[track.track_id]
            seen = look.next_box(box, situation)
            if seen is not None:
                edges = np.clip(seen[0], 0, [*junction.size, *junction.size])
                shown.append((edges, seen[1], look.vehicle_type, track.track_id))
        yield _frame(junction, number, _merged(shown))


def _look(track: Track, situation: int, habits: Habits, random: np.random.Generator) -> _Look:
    kind = habits.kinds[_drawn([one.shares[situation] for one in habits.kinds], random)]
    is_wrong = random.random() < habits.wrong_type
    shown = LOOK_ALIKE.get(track.vehicle_type, track.vehicle_type) if is_wrong else track.vehicle_type
    return _Look(habits, random, kind, shown)


def _merged(shown: Sequence[Shown]) -> list[Shown]:
    """Boxes that overlap too much are one box around both, of the nearer one."""
    boxes = sorted((one for one in shown if (one[0][2:] - one[0][:2]).min() >= 1), key=lambda each: -float(each[0][3]))
    edges = np.array([one[0] for one in boxes]).reshape(-1, 4)
    if np.count_nonzero(overlaps(edges, edges) > ONE_BOX_IOU) == len(boxes):
        return sorted(boxes, key=lambda each: -each[1])
    kept: list[Shown] = []
    for one in boxes:
        likeness = overlaps(one[0][None], np.array([other[0] for other in kept]).reshape(-1, 4))
        if likeness.size and likeness.max() > ONE_BOX_IOU:
            place = int(likeness.argmax())
            box, confidence, kind, key = kept[place]
            around = np.concatenate([np.minimum(box[:2], one[0][:2]), np.maximum(box[2:], one[0][2:])])
            kept[place] = around, max(confidence, one[1]), kind, key
        else:
            kept.append(one)
    return sorted(kept, key=lambda each: -each[1])


def _frame(junction: Junction, number: int, shown: Sequence[Shown]) -> Frame:
    boxes = np.array([box for box, *_ in shown], np.float32).reshape(-1, 4)
    confidences = np.array([confidence for _, confidence, *_ in shown], np.float32)
    kinds = tuple(VehicleType(kind) for *_, kind, _ in shown)
    found = replace(with_votes(boxes, confidences, kinds, junction.size), threshold=FOUND_CONFIDENCE)
    return Frame(number / junction.fps, found, tuple(key for *_, key in shown), (False,) * len(shown))


def _drawn(shares: Sequence[float], random: np.random.Generator) -> int:
    """A number with the given probabilities, whose sum may be off by a rounding."""
    return int(np.searchsorted(np.cumsum(shares), random.random() * sum(shares)))


def _stationary(chain: Chain) -> Sequence[float]:
    shares = np.full(3, 1 / 3)
    for _ in range(200):
        shares = shares @ np.array(chain)
    return [float(share) for share in shares]

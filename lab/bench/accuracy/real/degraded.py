"""Annotated boxes with the faults of a model: which vehicle is found in a picture depends on the picture before.

A vehicle is found, found weakly or not found. How it goes on from one picture to the next is a Markov chain for each
situation: near and free, small, or cut by the border or by vehicles before it. The chains and the errors of boxes are
those of `yolov8n-640-int8` on the annotated clips (`python -m bench.accuracy.real --fit`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.accuracy.clips import Frame, with_votes
from bench.accuracy.real.annotated import Floats, Junction, Track, overlaps
from onwatch_contracts.values import VehicleType
from onwatch_synthetic.detecting import LOOK_ALIKE, ONE_BOX_IOU

FOUND, WEAK, UNSEEN = range(3)
FREE, SMALL, CUT = range(3)
FOUND_CONFIDENCE, WEAK_CONFIDENCE = 0.25, 0.10
OWN_IOU = 0.5
SMALL_PIXELS = 30.0
"""Height of a small vehicle, in these clips of 288 lines."""
COVERED = 0.3
BORDER_PIXELS = 2.0

Chain = tuple[tuple[float, ...], ...]
"""Rows: state in the picture before; columns: state now."""


@dataclass(frozen=True)
class Habits:
    """What a model does with vehicles."""

    chains: tuple[Chain, Chain, Chain]
    """For each situation, at 25 pictures a second."""
    offset: float
    """Standard deviation of an edge from the annotated one, in sizes of the box; it changes slowly."""
    persistence: float
    """Correlation of these offsets from one picture to the next."""
    confidences: tuple[float, float]
    """Mean and standard deviation of those found."""
    wrong_type: float
    """Share of the vehicles that have another type most of the time."""


YOLOV8N = Habits(
    chains=(
        ((0.900, 0.085, 0.015), (0.213, 0.638, 0.149), (0.021, 0.088, 0.891)),
        ((0.894, 0.099, 0.007), (0.151, 0.707, 0.143), (0.012, 0.084, 0.904)),
        ((0.877, 0.093, 0.031), (0.146, 0.595, 0.258), (0.008, 0.043, 0.949)),
    ),
    offset=0.102,
    persistence=0.913,
    confidences=(0.468, 0.162),
    wrong_type=0.216,
)


def situations(boxes: Floats, size: tuple[int, int]) -> list[int]:
    """Of each vehicle in a picture."""
    found = []
    for left, top, right, bottom in boxes.tolist():
        nearer = boxes[boxes[:, 3] > bottom]
        across = np.clip(np.minimum(nearer[:, 2], right) - np.maximum(nearer[:, 0], left), 0, None)
        down = np.clip(np.minimum(nearer[:, 3], bottom) - np.maximum(nearer[:, 1], top), 0, None)
        covered = float((across * down).max(initial=0)) / max(1.0, (right - left) * (bottom - top))
        at_border = (
            min(left, top) <= BORDER_PIXELS or right >= size[0] - BORDER_PIXELS or bottom >= size[1] - BORDER_PIXELS
        )
        if covered > COVERED or at_border:
            found.append(CUT)
        else:
            found.append(SMALL if bottom - top < SMALL_PIXELS else FREE)
    return found


def degraded(junction: Junction, habits: Habits, seed: int) -> Iterator[Frame]:
    """The clip as such a model sees it; the same seed gives the same boxes."""
    random = np.random.default_rng(seed)
    states: dict[int, int] = {}
    offsets: dict[int, Floats] = {}
    types = {track.track_id: _type(track, habits, random) for track in junction.tracks}
    for number, there in enumerate(junction.pictures):
        edges = np.array([box for _, box in there]).reshape(-1, 4)
        shown: list[tuple[Floats, float, str, int]] = []
        for (track, box), situation in zip(there, situations(edges, junction.size), strict=True):
            key = track.track_id
            chain = habits.chains[situation]
            shares = _stationary(chain) if key not in states else chain[states[key]]
            states[key] = int(np.searchsorted(np.cumsum(shares), random.random() * sum(shares)))
            fresh = random.normal(0, habits.offset, 4)
            keep = habits.persistence
            offsets[key] = offsets[key] * keep + fresh * (1 - keep * keep) ** 0.5 if key in offsets else fresh
            draw = float(random.normal(*habits.confidences))
            weak = float(random.uniform(WEAK_CONFIDENCE, FOUND_CONFIDENCE - 0.01))
            if states[key] != UNSEEN:
                confidence = min(0.95, max(FOUND_CONFIDENCE, draw)) if states[key] == FOUND else weak
                moved = box + offsets[key] * np.tile(box[2:] - box[:2], 2)
                shown.append((np.clip(moved, 0, [*junction.size, *junction.size]), confidence, types[key], key))
        yield _frame(junction, number, _merged(shown))


def _type(track: Track, habits: Habits, random: np.random.Generator) -> str:
    is_wrong = random.random() < habits.wrong_type
    return LOOK_ALIKE.get(track.vehicle_type, track.vehicle_type) if is_wrong else track.vehicle_type


def _merged(shown: Sequence[tuple[Floats, float, str, int]]) -> list[tuple[Floats, float, str, int]]:
    """Boxes that overlap too much are one box around both, of the nearer one."""
    kept: list[tuple[Floats, float, str, int]] = []
    for one in sorted(shown, key=lambda each: -float(each[0][3])):
        likeness = overlaps(one[0][None], np.array([other[0] for other in kept]).reshape(-1, 4))
        if likeness.size and likeness.max() > ONE_BOX_IOU:
            place = int(likeness.argmax())
            box, confidence, kind, key = kept[place]
            around = np.concatenate([np.minimum(box[:2], one[0][:2]), np.maximum(box[2:], one[0][2:])])
            kept[place] = around, max(confidence, one[1]), kind, key
        elif (one[0][2:] - one[0][:2]).min() >= 1:
            kept.append(one)
    return sorted(kept, key=lambda each: -each[1])


def _frame(junction: Junction, number: int, shown: Sequence[tuple[Floats, float, str, int]]) -> Frame:
    boxes = np.array([box for box, *_ in shown], np.float32).reshape(-1, 4)
    confidences = np.array([confidence for _, confidence, *_ in shown], np.float32)
    kinds = tuple(VehicleType(kind) for *_, kind, _ in shown)
    found = replace(with_votes(boxes, confidences, kinds, junction.size), threshold=FOUND_CONFIDENCE)
    return Frame(number / junction.fps, found, tuple(key for *_, key in shown), (False,) * len(shown))


def _stationary(chain: Chain) -> Sequence[float]:
    shares = np.full(3, 1 / 3)
    for _ in range(200):
        shares = shares @ np.array(chain)
    return [float(share) for share in shares]


def fitted(clips: Iterable[tuple[Junction, Sequence[Frame]]]) -> Habits:
    """The habits of a model whose boxes of annotated clips are given."""
    counts = np.ones((3, 3, 3)) * 0.5
    offsets: list[Floats] = []
    pairs: list[tuple[Floats, Floats]] = []
    confidences: list[float] = []
    types: dict[tuple[str, int], list[bool]] = {}
    for junction, frames in clips:
        before: dict[int, int] = {}
        last: dict[int, Floats] = {}
        for there, frame in zip(junction.pictures, frames, strict=False):
            truth = np.array([box for _, box in there]).reshape(-1, 4)
            boxes = frame.detections.boxes.astype(np.float64)
            likeness = overlaps(truth, boxes) if len(boxes) else np.zeros((len(truth), 1))
            for row, ((track, box), situation) in enumerate(zip(there, situations(truth, junction.size), strict=True)):
                column, key = int(likeness[row].argmax()), track.track_id
                is_own = likeness[row, column] >= OWN_IOU and likeness[:, column].argmax() == row
                confidence = float(frame.detections.confidences[column]) if is_own else 0.0
                state = FOUND if confidence >= FOUND_CONFIDENCE else WEAK if confidence >= WEAK_CONFIDENCE else UNSEEN
                if key in before:
                    counts[situation, before[key], state] += 1
                before[key] = state
                if not is_own:
                    last.pop(key, None)
                    continue
                offset = (boxes[column] - box) / np.tile(box[2:] - box[:2], 2)
                offsets.append(offset)
                if key in last:
                    pairs.append((last[key], offset))
                last[key] = offset
                if state == FOUND:
                    confidences.append(confidence)
                    kind = frame.detections.vehicle_types[column]
                    types.setdefault((junction.name, key), []).append(kind == track.vehicle_type)
    shares = counts / counts.sum(axis=2, keepdims=True)
    first, second = (np.array(side).ravel() for side in zip(*pairs, strict=True))
    chains = tuple(tuple(tuple(round(float(v), 3) for v in row) for row in chain) for chain in shares)
    return Habits(
        chains=(chains[0], chains[1], chains[2]),
        offset=round(float(np.std(np.array(offsets))), 3),
        persistence=round(float(np.corrcoef(first, second)[0, 1]), 3),
        confidences=(round(float(np.mean(confidences)), 3), round(float(np.std(confidences)), 3)),
        wrong_type=round(float(np.mean([np.mean(each) < 0.5 for each in types.values()])), 3),
    )

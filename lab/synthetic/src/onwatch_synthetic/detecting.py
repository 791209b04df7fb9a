"""Simulated detections of a recording: exact, or with faults at given rates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .geometry import Floats
from .recording import Boxes, Recording
from .truth import TruthBox

LEAST_VISIBLE = 0.25  # less visible vehicles are not detected
ONE_BOX_IOU = 0.45  # boxes that overlap more are merged, for every detector
PERFECT_CONFIDENCE = 0.9  # the confidence of a perfect detection
FALSE_TWICE = 0.25  # share of the false boxes that stay for a second frame
LOOK_ALIKE = {"car": "truck", "truck": "car", "bus": "truck", "motorcycle": "bicycle"}

Edges = tuple[float, float, float, float]


@dataclass(frozen=True)
class Faults:
    """Fault rates of a detector, independent of each other and between frames."""

    missed: float = 0.0
    """Share of the visible vehicles without a box."""
    jitter: float = 0.0
    """Standard deviation of each edge, in widths or heights of the box."""
    false_per_frame: float = 0.0
    """Mean number of false boxes per frame."""
    flipped: float = 0.0
    """Share of the boxes with a similar-looking type instead."""

    def with_(self, other: "Faults") -> "Faults":
        """The larger of both in each rate."""
        return Faults(
            max(self.missed, other.missed),
            max(self.jitter, other.jitter),
            max(self.false_per_frame, other.false_per_frame),
            max(self.flipped, other.flipped),
        )

    def __bool__(self) -> bool:
        return self != Faults()


PERFECT = Faults()
NOISY = Faults(missed=0.08, jitter=0.02, false_per_frame=0.05, flipped=0.08)


@dataclass(frozen=True)
class Detection:
    """One reported box, in pixels; `vehicle_id` is its vehicle, None for a false box."""

    box: Edges
    confidence: float
    vehicle_type: str
    vehicle_id: int | None


def detect(recording: Recording, faults: Faults, seed: int) -> Iterator[tuple[Detection, ...]]:
    """Each frame's detections; the same seed gives the same ones."""
    random = np.random.default_rng(seed)
    ghosts: list[Detection] = []
    for boxes in recording.frames:
        seen = [_reported(box, faults, recording.size, random) for box in _as_one(boxes)]
        again = [ghost for ghost in ghosts if random.random() < FALSE_TWICE]
        ghosts = [_false_box(recording.size, random) for _ in range(random.poisson(faults.false_per_frame))]
        yield (*(one for one in seen if one is not None), *again, *ghosts)


def _as_one(boxes: Boxes) -> list[TruthBox]:
    """Visible vehicles, near ones first; overlapping ones are merged into one box with the id of the nearest."""
    kept: list[TruthBox] = []
    for box in reversed([box for box in boxes if box.visible_fraction >= LEAST_VISIBLE]):
        same = next((n for n, other in enumerate(kept) if _iou(_edges(box), _edges(other)) > ONE_BOX_IOU), None)
        if same is None:
            kept.append(box)
        else:
            kept[same] = _around(kept[same], box)
    return kept


def _around(near: TruthBox, far: TruthBox) -> TruthBox:
    left, top = min(near.left, far.left), min(near.top, far.top)
    right, bottom = max(near.right, far.right), max(near.bottom, far.bottom)
    return TruthBox(near.vehicle_id, near.vehicle_type, left, top, right, bottom, near.visible_fraction)


def _reported(box: TruthBox, faults: Faults, size: tuple[int, int], random: np.random.Generator) -> Detection | None:
    # Every random number is drawn for every box, so that changing one rate does not change the other faults.
    shake, luck, turn, doubt = random.normal(size=4), random.random(), random.random(), random.normal()
    if luck < faults.missed:
        return None
    edges = np.array(_edges(box))
    edges = edges + shake * faults.jitter * np.tile(edges[2:] - edges[:2], 2)
    confidence = 0.5 + 0.35 * box.visible_fraction + 0.08 * float(doubt) if faults else PERFECT_CONFIDENCE
    kind = LOOK_ALIKE[box.vehicle_type] if turn < faults.flipped else box.vehicle_type
    return Detection(_clipped(edges, size), min(0.98, max(0.26, confidence)), kind, box.vehicle_id)


def _false_box(size: tuple[int, int], random: np.random.Generator) -> Detection:
    width, height = size
    x, y = random.random(2) * size
    across, down = random.uniform(0.03, 0.12) * width, random.uniform(0.04, 0.14) * height
    box = _clipped(np.array([x - across / 2, y - down / 2, x + across / 2, y + down / 2]), size)
    return Detection(box, float(random.uniform(0.25, 0.6)), "car", None)


def _clipped(edges: Floats, size: tuple[int, int]) -> Edges:
    left, top, right, bottom = (float(v) for v in np.clip(edges, 0.0, [*size, *size]))
    return left, top, max(right, left + 1.0), max(bottom, top + 1.0)


def _edges(box: TruthBox) -> Edges:
    return box.left, box.top, box.right, box.bottom


def origins(found: Iterable[Edges], boxes: Boxes) -> list[int | None]:
    """The vehicle of each detected box: the one with the largest IoU, None below one half."""
    return [_origin(box, boxes) for box in found]


def _origin(box: Edges, boxes: Boxes) -> int | None:
    overlap, vehicle_id = max(((_iou(box, _edges(one)), one.vehicle_id) for one in boxes), default=(0.0, 0))
    return vehicle_id if overlap >= 0.5 else None


def _iou(a: Edges, b: Edges) -> float:
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    both = across * down
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)

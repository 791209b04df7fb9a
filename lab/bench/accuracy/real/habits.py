"""What a model does with the vehicles of annotated clips: which it finds, for how long, and how its boxes are off."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from bench.accuracy.real.annotated import Floats, Junction

FOUND, WEAK, UNSEEN = range(3)
"""Of a vehicle in a picture: it has a box, one below the threshold of the engine, or none."""
FOUND_CONFIDENCE, WEAK_CONFIDENCE = 0.25, 0.10
FREE, SMALL, COVERED, CUT = range(4)
"""Situation of a vehicle in a picture: free, small, behind a nearer vehicle, at the border of the picture."""
SITUATIONS = 4
SMALL_PIXELS = 30.0
"""Height of a small vehicle, in these clips of 288 lines."""
COVERED_SHARE = 0.3
BORDER_PIXELS = 2.0

Chain = tuple[tuple[float, ...], ...]
"""Rows: state in the picture before; columns: state now."""
Edges = tuple[float, float, float, float]
"""Left, top, right, bottom, in widths and heights of the annotated box; downwards and to the right is positive."""


@dataclass(frozen=True)
class Kind:
    """Vehicles that a model finds equally well. Some it finds nearly always, some hardly ever."""

    shares: tuple[float, ...]
    """How many of the vehicles are of this kind, for each situation that a vehicle is in most of its time."""
    chains: tuple[Chain, ...]
    """How it goes on, for each situation, at 25 pictures a second."""
    confidence: float
    """Mean of those found."""


@dataclass(frozen=True)
class Errors:
    """How far edges are from the annotated ones. The deviations are standard ones, of normal distributions."""

    mean: Edges
    kept: Edges
    """Deviation of the part that a vehicle keeps."""
    held: Edges
    """Deviation of the part that it keeps for a while, ..."""
    renewed: float
    """... until that is drawn anew, with this probability in each picture."""
    trembling: Edges
    """Deviation of the part that is another one in each picture."""
    outlying: Edges
    """In which share of the pictures the edge is off by more, ..."""
    outlier: Edges
    """... and by what deviation."""


@dataclass(frozen=True)
class Habits:
    """What a model does with vehicles."""

    kinds: tuple[Kind, ...]
    errors: Errors
    confidences: tuple[float, float]
    """Deviation of the confidence between vehicles of a kind, and from picture to picture."""
    wrong_type: float
    """Share of the vehicles that have another type most of the time."""


def situations(boxes: Floats, size: tuple[int, int]) -> list[int]:
    """Of each vehicle in a picture."""
    found = []
    for left, top, right, bottom in boxes.tolist():
        nearer = boxes[boxes[:, 3] > bottom]
        across = np.clip(np.minimum(nearer[:, 2], right) - np.maximum(nearer[:, 0], left), 0, None)
        down = np.clip(np.minimum(nearer[:, 3], bottom) - np.maximum(nearer[:, 1], top), 0, None)
        covered = float((across * down).max(initial=0)) / max(1.0, (right - left) * (bottom - top))
        if min(left, top) <= BORDER_PIXELS or right >= size[0] - BORDER_PIXELS or bottom >= size[1] - BORDER_PIXELS:
            found.append(CUT)
        elif covered > COVERED_SHARE:
            found.append(COVERED)
        else:
            found.append(SMALL if bottom - top < SMALL_PIXELS else FREE)
    return found


def situations_of(junction: Junction) -> list[list[int]]:
    """The situations of the vehicles in each picture."""
    return [
        situations(np.array([box for _, box in there]).reshape(-1, 4), junction.size) for there in junction.pictures
    ]


def main_situation(given: list[int]) -> int:
    """The one in most of the pictures."""
    return Counter(sorted(given)).most_common(1)[0][0]



_C = ((0.900, 0.085, 0.015), (0.213, 0.638, 0.149), (0.021, 0.088, 0.891))
_E = (0.05, 0.05, 0.05, 0.05)
YOLOV8N = Habits(
    kinds=(Kind((1.0,) * 4, (_C,) * 4, 0.468),),
    errors=Errors((0, 0, 0, 0), _E, _E, 0.05, (0.02,) * 4, (0.02,) * 4, (0.1,) * 4),
    confidences=(0.1, 0.1),
    wrong_type=0.216,
)

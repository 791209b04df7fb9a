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

    mean: tuple[Edges, ...]
    """For each situation: the box of a vehicle that others cover shows what is left of it."""
    kept: tuple[Edges, ...]
    """Deviation of the part that a vehicle keeps while it is in the situation."""
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


YOLOV8N = Habits(
    kinds=(
        Kind(
            shares=(0.516, 0.377, 0.1, 0.388),
            chains=(
                ((0.952, 0.048, 0.0), (0.298, 0.629, 0.073), (0.012, 0.249, 0.739)),
                ((0.928, 0.071, 0.002), (0.234, 0.713, 0.054), (0.091, 0.506, 0.403)),
                ((0.594, 0.406, 0.0), (0.026, 0.869, 0.105), (0.001, 0.296, 0.703)),
                ((0.905, 0.09, 0.005), (0.287, 0.525, 0.187), (0.044, 0.244, 0.712)),
            ),
            confidence=0.485,
        ),
        Kind(
            shares=(0.356, 0.262, 0.38, 0.223),
            chains=(
                ((0.737, 0.228, 0.035), (0.155, 0.715, 0.13), (0.025, 0.149, 0.826)),
                ((0.789, 0.21, 0.001), (0.096, 0.786, 0.118), (0.0, 0.117, 0.882)),
                ((0.8, 0.145, 0.054), (0.116, 0.634, 0.25), (0.018, 0.095, 0.886)),
                ((0.882, 0.042, 0.076), (0.259, 0.415, 0.326), (0.059, 0.078, 0.863)),
            ),
            confidence=0.41,
        ),
        Kind(
            shares=(0.128, 0.36, 0.52, 0.39),
            chains=(
                ((0.842, 0.141, 0.017), (0.205, 0.509, 0.286), (0.0, 0.051, 0.949)),
                ((0.771, 0.181, 0.048), (0.1, 0.528, 0.373), (0.007, 0.057, 0.936)),
                ((0.743, 0.251, 0.006), (0.211, 0.358, 0.431), (0.0, 0.004, 0.996)),
                ((0.827, 0.152, 0.021), (0.009, 0.739, 0.252), (0.0, 0.034, 0.966)),
            ),
            confidence=0.439,
        ),
    ),
    errors=Errors(
        mean=(
            (0.025, 0.01, -0.047, -0.024),
            (0.043, 0.044, -0.057, -0.056),
            (0.054, 0.046, -0.087, -0.065),
            (0.034, -0.046, 0.02, -0.043),
        ),
        kept=(
            (0.072, 0.137, 0.084, 0.062),
            (0.044, 0.132, 0.047, 0.098),
            (0.089, 0.05, 0.085, 0.28),
            (0.044, 0.064, 0.064, 0.0),
        ),
        held=(0.048, 0.092, 0.051, 0.055),
        renewed=0.067,
        trembling=(0.007, 0.007, 0.007, 0.007),
        outlying=(0.018, 0.027, 0.016, 0.02),
        outlier=(0.12, 0.25, 0.286, 0.199),
    ),
    confidences=(0.1, 0.122),
    wrong_type=0.222,
)
"""Of `yolov8n-640-int8` on the annotated clips: `PYTHONPATH=lab python -m bench.accuracy.real --fit --only yolov8n`."""

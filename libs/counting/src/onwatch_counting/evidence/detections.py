"""The detections of one vehicle, and the pictures in which it could have been detected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Votes = Callable[[int, int], Mapping[str, int]]


class AnalysedPictures:
    """The times of the inferred pictures, in order."""

    def __init__(self, times_s: Sequence[float] | Floats) -> None:
        self._times_s: Floats = np.asarray(times_s, np.float64)

    def __len__(self) -> int:
        return len(self._times_s)

    def numbers(self, times_s: Floats) -> Ints:
        """The numbers of the pictures at these times."""
        return np.searchsorted(self._times_s, times_s)


@dataclass(frozen=True, eq=False)
class VehicleDetections:
    """Everything that was detected of a vehicle in inferred pictures, in order."""

    times_s: Floats
    confidences: Ints
    """In steps of 1 / `CONFIDENCE_STEPS`."""
    boxes: Floats
    """N x 4: left, top, right, bottom, as fractions of the picture."""
    track_ids: Ints
    votes: Votes
    """Of the detections from the first number up to the second one, as `LoggedBox.votes`, added."""

    def __len__(self) -> int:
        return len(self.times_s)

    def around(self, since_s: float, until_s: float) -> tuple[int, int]:
        """From the last one at or before the first time, up to the first one at or after the second one."""
        start = int(np.searchsorted(self.times_s, since_s, side="right")) - 1
        end = int(np.searchsorted(self.times_s, until_s, side="left")) + 1
        return max(0, start), min(len(self), end)

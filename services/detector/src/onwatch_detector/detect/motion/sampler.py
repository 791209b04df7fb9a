"""Keeps samples of a video for its background, read ahead of the analysis."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, TypeVar

from onwatch_detector.detections import Picture
from onwatch_detector.errors import Interrupted, IsUnwanted
from onwatch_detector.read import Decoder

Kept = TypeVar("Kept")


class BackgroundSampler(Generic[Kept]):
    """Sample `k` is of the time `k * every_s`; which frame it is depends on the file only. One thread at a time."""

    def __init__(
        self,
        decoder: Decoder,
        every_s: float,
        keep: Callable[[Picture], Kept],
        *,
        first: int,
        is_unwanted: IsUnwanted,
    ) -> None:
        """Begin with sample `first`; `keep` converts a picture to what is kept. `VideoUnreadable`."""
        self.samples: dict[int, Kept] = {}
        self._reached_s = -math.inf  # every sample up to this time has been read
        self._keep = keep
        self._is_unwanted = is_unwanted
        self._read = decoder.samples(every_s, first)
        self.is_quick = self._read.is_quick

    def read_to(self, time_s: float) -> None:
        """Read every sample up to that time, or to the end of the video. `Interrupted` once it is unwanted."""
        while self._reached_s < time_s:
            if self._is_unwanted():
                raise Interrupted
            self._reached_s = self._step()

    def forget_before(self, number: int) -> None:
        for old in [each for each in self.samples if each < number]:
            del self.samples[old]

    def close(self) -> None:
        self._read.close()

    def _step(self) -> float:
        """Decode one frame; the time reached."""
        step = self._read.step()
        if step is None:
            return math.inf
        if step.picture is not None:
            self.samples[step.number] = self._keep(step.picture)
        return step.reached_s

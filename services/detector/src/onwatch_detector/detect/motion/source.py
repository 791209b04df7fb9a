"""Detects vehicles of one video by motion."""

from __future__ import annotations

import math
from dataclasses import dataclass

from onwatch_detector.detect.motion.background import Background, shrunk
from onwatch_detector.detect.motion.foreground import Foreground, MotionOptions
from onwatch_detector.detect.motion.sampler import BackgroundSampler
from onwatch_detector.detections import Detections, Picture
from onwatch_detector.errors import IsUnwanted
from onwatch_detector.read import Decoder, Frame

MOTION = "motion"
"""Its name in results, in place of a model's."""

ROUNDING_S = 1e-9  # the time of a sample is a multiple of the interval, except for rounding of the last bit


@dataclass(frozen=True)
class BackgroundPlan:
    """Which samples a background is made of, in seconds of video time.

    A vehicle that stands for less than half of the time that a background spans is not part of it.
    """

    every_s: float
    window_s: float = 30.0
    """Frames of one window share a background ..."""
    around_s: float = 60.0
    """... made of the samples in it, and this long before and after."""

    @classmethod
    def for_duration(cls, duration_s: float | None) -> BackgroundPlan:
        """60 samples per background, also of a short clip, but never closer than 0.2 s."""
        return cls(every_s=2.5 if duration_s is None else min(2.5, max(0.2, duration_s / 60)))

    def window_of(self, timestamp_s: float) -> int:
        return math.floor(timestamp_s / self.window_s)

    def first_sample(self, window: int) -> int:
        return max(0, math.ceil((window * self.window_s - self.around_s) / self.every_s - ROUNDING_S))

    def needed_to_s(self, window: int) -> float:
        """Samples up to this time are part of the window's background."""
        return (window + 1) * self.window_s + self.around_s


class MotionSource:
    """Detects what moves in the frames of one video.

    The same frame of the same file gives the same detections, whatever was detected before. One thread at a time;
    frames in order are cheap, others are not.
    """

    def __init__(
        self,
        decoder: Decoder,
        *,
        is_unwanted: IsUnwanted = lambda: False,
        options: MotionOptions | None = None,
    ) -> None:
        """`decoder`: stays open. `is_unwanted` is polled while it reads ahead; once true, `Interrupted` is raised."""
        self._decoder = decoder
        self._is_unwanted = is_unwanted
        self._options = options
        self._plan = BackgroundPlan.for_duration(decoder.duration_s())
        self._window: int | None = None
        self._foreground: Foreground | None = None
        self._sampler: BackgroundSampler[Picture] | None = None

    @property
    def queue(self) -> None:
        """None: each frame needs the ones around it, so frames are detected in order."""

    def detect(self, frame: Frame) -> Detections:
        """Blocks; the first call, and any that goes back, for as long as reading a minute and a half ahead takes.

        `VideoUnreadable`, `Interrupted`.
        """
        window = self._plan.window_of(frame.timestamp_s)
        if is_new := window != self._window:
            self._foreground = self._foreground_of(window)
            self._window = window
        if self._sampler is not None and not (is_new and self._sampler.is_quick):
            # A little with each frame, so that the next window does not have to wait.
            self._sampler.read_to(self._plan.needed_to_s(0) + frame.timestamp_s)
        return self._foreground.detect(frame.picture) if self._foreground else Detections.none()

    def close(self) -> None:
        if self._sampler is not None:
            self._sampler.close()
            self._sampler = None

    def _foreground_of(self, window: int) -> Foreground | None:
        first, needed_to_s = self._plan.first_sample(window), self._plan.needed_to_s(window)
        sampler = self._sampler_for(window)
        sampler.forget_before(first)
        sampler.read_to(needed_to_s)
        last = math.floor(needed_to_s / self._plan.every_s + ROUNDING_S)
        samples = [sample for number, sample in sorted(sampler.samples.items()) if number <= last]
        return Foreground(Background.of(samples), self._options) if samples else None

    def _sampler_for(self, window: int) -> BackgroundSampler[Picture]:
        """The sampler that has read ahead; a new one after a step back, for which it no longer has the samples."""
        if self._sampler is None or self._window is None or window < self._window:
            if self._sampler is not None:
                self._sampler.close()
            first = self._plan.first_sample(window)
            self._sampler = BackgroundSampler(
                self._decoder, self._plan.every_s, shrunk, first=first, is_unwanted=self._is_unwanted
            )
        return self._sampler

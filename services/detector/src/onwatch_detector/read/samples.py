"""Reads samples of a video file in this process."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Generator, Iterator
from itertools import count, pairwise

import av

from onwatch_detector.read.port import SampleStep
from onwatch_media import VideoFile

END_OF_VIDEO: tuple[float, None] = (math.inf, None)


class FileSamples:
    """Which frame a sample is depends on the file only: the last keyframe of the interval that ends at its time, which
    costs next to nothing, or else the first frame from then on.

    One thread at a time. Samples that begin in the middle are those of a reading that began earlier.
    """

    def __init__(self, video: VideoFile, every_s: float, first: int) -> None:
        """Begin with sample `first` of a file that nobody else reads. `VideoUnusable`."""
        self._every_s = every_s
        self._video = video
        self._display = video.display
        self.width, self.height = self._display.width, self._display.height
        video.skip_unreferenced()
        self._keyframes_s = video.keyframe_times_s
        self._steps = self._sample_from(first)
        self.is_quick = self._has_keyframe_in_each_interval()

    def step(self) -> SampleStep | None:
        return next(self._steps, None)

    def close(self) -> None:
        """The file stays open."""
        self._steps.close()

    def _sample_from(self, first: int) -> Generator[SampleStep, None, None]:
        """A step for each decoded frame."""
        frames = self._frames_from((first - 1) * self._every_s)  # one earlier: seeking is not exact in every format
        at_s, raw = -math.inf, None
        for number in count(first):
            wanted_s = number * self._every_s
            if (keyframe_s := self._keyframe_for(number)) is not None:
                frames = self._frames_from(keyframe_s)
                at_s, raw = self._keyframe_at(keyframe_s) or next(frames, END_OF_VIDEO)
            else:
                while at_s < wanted_s:
                    yield SampleStep(at_s)
                    at_s, raw = next(frames, END_OF_VIDEO)
            if raw is None:
                return
            yield SampleStep(wanted_s, number, self._display.picture(raw))

    def _has_keyframe_in_each_interval(self) -> bool:
        steps_s = (after - before for before, after in pairwise(self._keyframes_s))
        return max(steps_s, default=math.inf) <= self._every_s

    def _keyframe_for(self, number: int) -> float | None:
        """The last keyframe after the time of the previous sample, up to its own."""
        index = bisect_right(self._keyframes_s, number * self._every_s) - 1
        is_there = index >= 0 and self._keyframes_s[index] > (number - 1) * self._every_s
        return self._keyframes_s[index] if is_there else None

    def _keyframe_at(self, time_s: float) -> tuple[float, av.VideoFrame] | None:
        frame = self._video.keyframe_at(time_s)
        return (frame.time_s, frame.raw) if frame else None

    def _frames_from(self, time_s: float) -> Iterator[tuple[float, av.VideoFrame]]:
        """Decoded frames with their times, from the keyframe at or before the time. Nothing is read before."""
        return ((frame.time_s, frame.raw) for frame in self._video.frames_from(time_s))

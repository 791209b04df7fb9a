"""Reads samples of a video for its background, ahead of the analysis."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import count, pairwise
from pathlib import Path
from typing import Generic, TypeVar

import av

from onwatch_detector.detections import Picture
from onwatch_detector.errors import Interrupted, IsUnwanted, VideoUnreadable
from onwatch_media import VideoFile, VideoUnusable

Kept = TypeVar("Kept")
END_OF_VIDEO: tuple[float, None] = (math.inf, None)


class BackgroundSampler(Generic[Kept]):
    """Sample `k` is of the time `k * every_s`. Which frame it is depends on the file only: the last keyframe of the
    interval that ends then, which costs next to nothing, or else the first frame from then on.

    One thread at a time. A sampler that begins in the middle gives the same samples as one that began earlier.
    """

    def __init__(
        self,
        video: VideoFile,
        every_s: float,
        keep: Callable[[Picture], Kept],
        *,
        first: int,
        is_unwanted: IsUnwanted,
    ) -> None:
        """Begin with sample `first` of a file that nobody else reads; `keep` converts a picture to what is kept.

        `VideoUnreadable`.
        """
        self.samples: dict[int, Kept] = {}
        self._reached_s = -math.inf  # every sample up to this time has been read
        self._every_s = every_s
        self._keep = keep
        self._is_unwanted = is_unwanted
        self._video = video
        with readable(video.path):
            self._display = video.display
        video.skip_unreferenced()
        self._keyframes_s = video.keyframe_times_s
        self._sampling = self._sample_from(first)
        self.is_quick = self._has_keyframe_in_each_interval()
        """Every sample takes the time of decoding one picture."""

    def read_to(self, time_s: float) -> None:
        """Read every sample up to that time, or to the end of the video. `Interrupted` once it is unwanted."""
        while self._reached_s < time_s:
            if self._is_unwanted():
                raise Interrupted
            self._reached_s = next(self._sampling, math.inf)

    def forget_before(self, number: int) -> None:
        for old in [each for each in self.samples if each < number]:
            del self.samples[old]

    def close(self) -> None:
        """The file stays open."""
        self._sampling.close()

    def _sample_from(self, first: int) -> Generator[float, None, None]:
        """Yield the time reached after each decoded frame."""
        frames = self._frames_from((first - 1) * self._every_s)  # one earlier: seeking is not exact in every format
        at_s, raw = -math.inf, None
        for number in count(first):
            wanted_s = number * self._every_s
            if (keyframe_s := self._keyframe_for(number)) is not None:
                frames = self._frames_from(keyframe_s)
                at_s, raw = self._keyframe_at(keyframe_s) or next(frames, END_OF_VIDEO)
            else:
                while at_s < wanted_s:
                    yield at_s
                    at_s, raw = next(frames, END_OF_VIDEO)
            if raw is None:
                return
            self.samples[number] = self._keep(self._display.picture(raw))
            yield wanted_s

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


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """`VideoUnreadable` in place of what a video file raises."""
    try:
        yield
    except VideoUnusable as error:
        raise VideoUnreadable(path.name, str(error)) from error


def open_video(path: Path, counted_rate: float | None = None) -> VideoFile:
    """`counted_rate`: frames per second where the file has no timestamps. `VideoUnreadable`."""
    with readable(path):
        return VideoFile(path, counted_rate=counted_rate)


def duration_s(video: VideoFile) -> float | None:
    """Duration in the file's header, or that of its pictures if its clock is not sound. `VideoUnreadable`."""
    with readable(video.path):
        return video.header_duration_s if video.clock.is_sound else video.clock.end_s

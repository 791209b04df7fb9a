"""Samples of a video for its background, read ahead of the analysis."""

from __future__ import annotations

import logging
import math
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any, Generic, TypeVar

import av

from onwatch_detector.detect.engines.port import Picture
from onwatch_detector.detect.source import Interrupted, IsUnwanted
from onwatch_detector.errors import VideoUnreadable

log = logging.getLogger(__name__)

Kept = TypeVar("Kept")
THE_END: tuple[float, None] = (math.inf, None)


class BackgroundSampler(Generic[Kept]):
    """Sample `k` stands for the time `k * every_s`. Which frame it is depends on the file alone: the last keyframe of
    the stretch that ends then, which costs next to nothing, or else the first frame from then on.

    One thread at a time. A scout that begins in the middle gives the same samples as one that came there.
    """

    def __init__(
        self, path: Path, every_s: float, keep: Callable[[Picture], Kept], *, first: int, is_unwanted: IsUnwanted
    ) -> None:
        """Begins with sample `first`; `keep` makes of each what is kept. `VideoUnreadable` where there is no video."""
        self.samples: dict[int, Kept] = {}
        self._reached_s = -math.inf  # what there is to sample up to then has been sampled
        self._every_s = every_s
        self._keep = keep
        self._is_unwanted = is_unwanted
        self._container, self._stream = _opened(path)
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.skip_frame = "NONREF"  # frames that no other needs are not decoded
        self._time_base: Fraction = self._stream.time_base or Fraction(1, 90_000)
        self._frames_per_second = float(self._stream.average_rate or self._stream.guessed_rate or 25)
        self._starts_at: int | None = self._stream.start_time
        """None: the file has no timestamps; it is read from its beginning and its frames are counted."""
        self._keyframes_s = self._keyframe_times()
        self._work = self._sample_from(first)

    def read_to(self, time_s: float) -> None:
        """Have every sample up to that time, or to the end of the video. `Interrupted` once it is unwanted."""
        while self._reached_s < time_s:
            if self._is_unwanted():
                raise Interrupted
            self._reached_s = next(self._work, math.inf)

    def forget_before(self, number: int) -> None:
        for old in [each for each in self.samples if each < number]:
            del self.samples[old]

    def close(self) -> None:
        self._work.close()
        self._container.close()

    def _keyframe_times(self) -> list[float]:
        """Where the file's index has keyframes; empty where it has no index."""
        if self._starts_at is None:
            return []
        return sorted(self._seconds(entry.timestamp) for entry in self._stream.index_entries if entry.is_keyframe)

    def _sample_from(self, first: int) -> Generator[float, None, None]:
        """Yields the time reached, after each frame that was decoded."""
        frames = self._frames_from((first - 1) * self._every_s)  # one earlier: seeking is not exact in every format
        at_s, raw = -math.inf, None
        for number in count(first):
            wanted_s = number * self._every_s
            if (keyframe_s := self._keyframe_for(number)) is not None:
                frames = self._frames_from(keyframe_s)
                at_s, raw = next(frames, THE_END)
            else:
                while at_s < wanted_s:
                    yield at_s
                    at_s, raw = next(frames, THE_END)
            if raw is None:
                return
            self.samples[number] = self._keep(raw.to_ndarray(format="bgr24"))
            yield wanted_s

    def _keyframe_for(self, number: int) -> float | None:
        """The last keyframe after the time of the sample before, up to its own."""
        index = bisect_right(self._keyframes_s, number * self._every_s) - 1
        is_there = index >= 0 and self._keyframes_s[index] > (number - 1) * self._every_s
        return self._keyframes_s[index] if is_there else None

    def _frames_from(self, time_s: float) -> Iterator[tuple[float, av.VideoFrame]]:
        """Decoded frames with their times, from the keyframe at or before the time."""
        if self._starts_at is not None:
            at = self._starts_at + round(max(0.0, time_s) / self._time_base)
            self._container.seek(at, stream=self._stream, backward=True)
        return self._frames()

    def _frames(self) -> Iterator[tuple[float, av.VideoFrame]]:
        counted = 0
        for packet in self._container.demux(self._stream):
            try:
                for raw in packet.decode():
                    yield self._seconds(raw.pts) if raw.pts is not None else counted / self._frames_per_second, raw
                    counted += 1
            except av.error.InvalidDataError as error:
                log.debug("undecodable data was passed over: %s", error)  # the analysis says so where it meets it

    def _seconds(self, timestamp: int) -> float:
        return float((timestamp - (self._starts_at or 0)) * self._time_base)


def duration_s(path: Path) -> float | None:
    """How long the file says it is; None where it does not. `VideoUnreadable`."""
    container, _ = _opened(path)
    with container:
        return container.duration / av.time_base if container.duration else None


def _opened(path: Path) -> tuple[Any, Any]:
    try:
        container = av.open(str(path))
        return container, container.streams.video[0]
    except (OSError, av.FFmpegError, IndexError) as error:
        raise VideoUnreadable(path.name, str(error) or type(error).__name__) from error

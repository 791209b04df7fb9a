"""Reads samples of a video for its background, ahead of the analysis."""

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

from onwatch_detector.detections import Picture
from onwatch_detector.errors import Interrupted, IsUnwanted, VideoUnreadable

log = logging.getLogger(__name__)

Kept = TypeVar("Kept")
END_OF_VIDEO: tuple[float, None] = (math.inf, None)


class BackgroundSampler(Generic[Kept]):
    """Sample `k` is of the time `k * every_s`. Which frame it is depends on the file only: the last keyframe of the
    interval that ends then, which costs next to nothing, or else the first frame from then on.

    One thread at a time. A sampler that begins in the middle gives the same samples as one that began earlier.
    """

    def __init__(
        self, path: Path, every_s: float, keep: Callable[[Picture], Kept], *, first: int, is_unwanted: IsUnwanted
    ) -> None:
        """Begin with sample `first`; `keep` converts a picture to what is kept. `VideoUnreadable`."""
        self.samples: dict[int, Kept] = {}
        self._reached_s = -math.inf  # every sample up to this time has been read
        self._every_s = every_s
        self._keep = keep
        self._is_unwanted = is_unwanted
        self._container, self._stream = _opened(path)
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.skip_frame = "NONREF"  # frames that no other frame depends on are not decoded
        self._time_base: Fraction = self._stream.time_base or Fraction(1, 90_000)
        self._frames_per_second = float(self._stream.average_rate or self._stream.guessed_rate or 25)
        self._starts_at: int | None = self._stream.start_time
        """None: the file has no timestamps; it is read from the beginning and its frames are counted."""
        self._keyframes_s = self._keyframe_times()
        self._sampling = self._sample_from(first)

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
        self._sampling.close()
        self._container.close()

    def _keyframe_times(self) -> list[float]:
        """Times of the keyframes in the file's index; empty if it has no index."""
        if self._starts_at is None:
            return []
        return sorted(self._seconds(entry.timestamp) for entry in self._stream.index_entries if entry.is_keyframe)

    def _sample_from(self, first: int) -> Generator[float, None, None]:
        """Yield the time reached after each decoded frame."""
        frames = self._frames_from((first - 1) * self._every_s)  # one earlier: seeking is not exact in every format
        at_s, raw = -math.inf, None
        for number in count(first):
            wanted_s = number * self._every_s
            if (keyframe_s := self._keyframe_for(number)) is not None:
                frames = self._frames_from(keyframe_s)
                at_s, raw = next(frames, END_OF_VIDEO)
            else:
                while at_s < wanted_s:
                    yield at_s
                    at_s, raw = next(frames, END_OF_VIDEO)
            if raw is None:
                return
            self.samples[number] = self._keep(raw.to_ndarray(format="bgr24"))
            yield wanted_s

    def _keyframe_for(self, number: int) -> float | None:
        """The last keyframe after the time of the previous sample, up to its own."""
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
                log.debug("skipped undecodable data: %s", error)  # the analysis warns of it

    def _seconds(self, timestamp: int) -> float:
        return float((timestamp - (self._starts_at or 0)) * self._time_base)


def duration_s(path: Path) -> float | None:
    """Duration in the file's header; None if it has none. `VideoUnreadable`."""
    container, _ = _opened(path)
    with container:
        return container.duration / av.time_base if container.duration else None


def _opened(path: Path) -> tuple[Any, Any]:
    try:
        container = av.open(str(path))
        return container, container.streams.video[0]
    except (OSError, av.FFmpegError, IndexError) as error:
        raise VideoUnreadable(path.name, str(error) or type(error).__name__) from error

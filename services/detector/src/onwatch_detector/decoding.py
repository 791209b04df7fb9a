"""Frames of a video file, in order, each with its own timestamp."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from onwatch_detector.errors import VideoUnreadable

log = logging.getLogger(__name__)

Picture = NDArray[np.uint8]
"""Height x width x 3, blue-green-red."""


@dataclass(frozen=True)
class Position:
    """Where a reader stands: all that is needed to go on from there."""

    next_frame: int = 0
    first_pts: int | None = None
    """Timestamp of frame 0, in units of the stream; video time counts from it. None: the file has no timestamps."""
    last_pts: int | None = None


@dataclass(frozen=True)
class Frame:
    """A decoded picture. `timestamp_s` is video time: 0 at the first frame."""

    number: int
    timestamp_s: float
    picture: Picture


class VideoReader:
    """Reads a file from a `Position`. One thread at a time.

    Resuming seeks to the keyframe before `last_pts` and decodes up to it, comparing timestamps: frame
    numbers are not exact to seek by. Frames whose timestamp does not grow are passed over, and so is what
    cannot be decoded, the same way in every run.
    """

    def __init__(self, path: Path, position: Position = Position()) -> None:
        self.position = position
        try:
            self._container = av.open(str(path))
            self._stream = self._container.streams.video[0]
        except (OSError, av.FFmpegError, IndexError) as error:
            raise VideoUnreadable(path.name, str(error) or type(error).__name__) from error
        self._stream.thread_type = "AUTO"
        self._time_base: Fraction = self._stream.time_base or Fraction(1, 90_000)
        rate = self._stream.average_rate or self._stream.guessed_rate or Fraction(25)
        self.frames_per_second = float(rate)
        self.width, self.height = int(self._stream.width), int(self._stream.height)
        self._frames = self._decode()

    def read(self) -> Frame | None:
        """The next frame; None at the end of the video."""
        return next(self._frames, None)

    def close(self) -> None:
        self._frames.close()
        self._container.close()

    def _decode(self) -> Generator[Frame, None, None]:
        resumed_at = self.position
        if resumed_at.last_pts is not None:
            self._container.seek(resumed_at.last_pts, stream=self._stream, backward=True)
        for counted, raw in enumerate(self._raw_frames()):
            if raw.pts is None and counted < resumed_at.next_frame:
                continue  # no timestamps to seek by: decoded from the start and counted
            if raw.pts is not None and self.position.last_pts is not None and raw.pts <= self.position.last_pts:
                continue
            yield self._frame(raw)

    def _raw_frames(self) -> Iterator[av.VideoFrame]:
        for packet in self._container.demux(self._stream):
            try:
                yield from packet.decode()
            except av.error.InvalidDataError as error:
                log.warning("undecodable data near frame %d was passed over: %s", self.position.next_frame, error)

    def _frame(self, raw: av.VideoFrame) -> Frame:
        number, first = self.position.next_frame, self.position.first_pts
        if raw.pts is None:
            timestamp_s = number / self.frames_per_second
        else:
            first = raw.pts if first is None else first
            timestamp_s = float((raw.pts - first) * self._time_base)
        self.position = Position(number + 1, first, raw.pts)
        return Frame(number, timestamp_s, raw.to_ndarray(format="bgr24"))

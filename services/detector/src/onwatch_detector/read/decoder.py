"""Decodes the frames of a video file, in order, each with its own timestamp."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from onwatch_detector.detections import Picture
from onwatch_detector.errors import VideoUnreadable
from onwatch_detector.read.sampling import is_taken

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Position:
    """Position of a reader: all that is needed to continue from there."""

    next_frame: int = 0
    first_pts: int | None = None
    """Timestamp of frame 0, in units of the stream; video time starts at it. None: the file has no timestamps."""
    last_pts: int | None = None


@dataclass(frozen=True)
class Frame:
    """A decoded picture. `timestamp_s` is video time: 0 at the first frame."""

    number: int
    timestamp_s: float
    picture: Picture


class VideoReader:
    """Reads a file from a `Position`. One thread at a time.

    Resuming seeks to the keyframe before `last_pts` and decodes up to it, comparing timestamps: seeking by frame number
    is not exact. Frames whose timestamp does not increase are skipped, and so is what cannot be decoded, the same way
    in every run. `taken_per_second` samples the frames by video time; 0 takes all.
    """

    def __init__(self, path: Path, position: Position = Position(), taken_per_second: float = 0.0) -> None:
        self.position = position
        self._taken_per_second = taken_per_second
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
        self.decoded_s: float | None = None
        """Timestamp of the newest decoded frame, taken or not."""
        self._frames = self._decode()

    def read(self) -> Frame | None:
        """The next frame; None at the end of the video."""
        return next(self._frames, None)

    def close(self) -> None:
        self._frames.close()
        self._container.close()

    def _decode(self) -> Generator[Frame, None, None]:
        taken_s = self._timestamp_s(self.position) if self.position.next_frame else None
        for raw in self._frames_ahead():
            first = raw.pts if self.position.first_pts is None else self.position.first_pts
            self.position = Position(self.position.next_frame + 1, first, raw.pts)
            self.decoded_s = self._timestamp_s(self.position)
            if is_taken(self.decoded_s, taken_s, self._taken_per_second):
                taken_s = self.decoded_s
                yield Frame(self.position.next_frame - 1, taken_s, raw.to_ndarray(format="bgr24"))

    def _frames_ahead(self) -> Iterator[av.VideoFrame]:
        """Frames after the position, in the order of their timestamps."""
        resumed_at = self.position
        if resumed_at.last_pts is not None:
            self._container.seek(resumed_at.last_pts, stream=self._stream, backward=True)
        for counted, raw in enumerate(self._raw_frames()):
            if raw.pts is None and counted < resumed_at.next_frame:
                continue  # without timestamps to seek by, frames are decoded from the start and counted
            if raw.pts is not None and self.position.last_pts is not None and raw.pts <= self.position.last_pts:
                continue
            yield raw

    def _raw_frames(self) -> Iterator[av.VideoFrame]:
        for packet in self._container.demux(self._stream):
            try:
                yield from packet.decode()
            except av.error.InvalidDataError as error:
                log.warning("skipped undecodable data near frame %d: %s", self.position.next_frame, error)

    def _timestamp_s(self, position: Position) -> float:
        """Video time of the last frame before the position."""
        if position.last_pts is None or position.first_pts is None:
            return (position.next_frame - 1) / self.frames_per_second
        return float((position.last_pts - position.first_pts) * self._time_base)

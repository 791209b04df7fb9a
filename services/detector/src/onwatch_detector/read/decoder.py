"""Decodes the frames of a video file, in order, each with its own timestamp."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from onwatch_detector.errors import VideoUnreadable
from onwatch_detector.read.sampling import is_taken
from onwatch_media import Grey, Picture, Place, TimedFrame, VideoFile, VideoUnusable, grey_copy

GREY_SIDE = 96
"""Pixels of the longer side of the grey copies that are compared: noise of single pixels averages out, and a vehicle of
a hundredth of the picture's width still darkens one."""


@dataclass(frozen=True)
class Position:
    """Position of a reader: all that is needed to continue from there."""

    next_frame: int = 0
    first_pts: int | None = None
    """Timestamp of the first frame, in units of the stream; video time counts from it. None: nothing was read yet."""
    last_pts: int | None = None
    """Timestamp of the last frame; in a segment without timestamps, its number there."""
    segment: int = 0
    """Number of the segment of the file's clock that the last frame is in."""

    @property
    def place(self) -> Place | None:
        if self.first_pts is None or self.last_pts is None:
            return None
        return Place(self.segment, self.last_pts, self.first_pts)


@dataclass(frozen=True)
class Frame:
    """A decoded frame. `timestamp_s` is video time: 0 at the first frame."""

    number: int
    timestamp_s: float
    convert: Callable[[], Picture]
    shrink: Callable[[int], Grey]
    """A grey copy whose longer side has so many pixels."""

    @cached_property
    def picture(self) -> Picture:
        """Converted when it is first needed: nobody looks at many pictures of an empty road."""
        return self.convert()


@dataclass(frozen=True)
class FileFrame(Frame):
    """One that is decoded in this process."""

    write: Callable[[Picture], None]
    """Its picture into an array of its shape."""


class VideoReader:
    """Reads a file from a `Position`. One thread at a time.

    Resuming compares timestamps: seeking by frame number is not exact. Frames whose timestamp does not increase are
    skipped, and so is what cannot be decoded, the same way in every run. `taken_per_second` samples the frames by video
    time; 0 takes all. `counted_rate`: frames per second where the file has no timestamps.
    """

    def __init__(
        self,
        path: Path,
        position: Position = Position(),
        taken_per_second: float = 0.0,
        counted_rate: float | None = None,
    ) -> None:
        self.position = position
        self._taken_per_second = taken_per_second
        try:
            self._video = VideoFile(path, counted_rate=counted_rate)
            self._display = self._video.display
        except VideoUnusable as error:
            raise VideoUnreadable(path.name, str(error)) from error
        self.frames_per_second = float(self._video.rate)
        self.width, self.height = self._display.width, self._display.height
        self.decoded_s: float | None = None
        """Timestamp of the newest frame decoded, taken or not."""
        self._frames = self._decode()

    def read(self) -> FileFrame | None:
        """The next frame; None at the end of the video."""
        return next(self._frames, None)

    def close(self) -> None:
        self._frames.close()
        self._video.close()

    def _decode(self) -> Generator[FileFrame, None, None]:
        place = self.position.place
        taken_s = self._video.time_of(place) if place else None
        for decoded in self._video.frames(place):
            self.position = self._after(decoded)
            self.decoded_s = decoded.time_s
            if is_taken(decoded.time_s, taken_s, self._taken_per_second):
                taken_s = decoded.time_s
                yield self._frame(taken_s, decoded.raw)

    def _frame(self, time_s: float, raw: Any) -> FileFrame:
        convert, write = partial(self._display.picture, raw), partial(self._display.write, raw)
        return FileFrame(self.position.next_frame - 1, time_s, convert, partial(grey_copy, raw), write)

    def _after(self, frame: TimedFrame) -> Position:
        place = frame.place
        return Position(self.position.next_frame + 1, place.first_pts, place.at, place.segment)

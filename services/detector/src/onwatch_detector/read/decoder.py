"""Decodes the frames of a video file, in order, each with its own timestamp."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from onwatch_detector.detections import Picture
from onwatch_detector.errors import VideoUnreadable
from onwatch_detector.read.sampling import is_taken
from onwatch_media import Place, TimedFrame, VideoFile, VideoUnusable


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
    """A decoded picture. `timestamp_s` is video time: 0 at the first frame."""

    number: int
    timestamp_s: float
    picture: Picture


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

    def read(self) -> Frame | None:
        """The next frame; None at the end of the video."""
        return next(self._frames, None)

    def close(self) -> None:
        self._frames.close()
        self._video.close()

    def _decode(self) -> Generator[Frame, None, None]:
        place = self.position.place
        taken_s = self._video.time_of(place) if place else None
        for decoded in self._video.frames(place):
            self.position = self._after(decoded)
            self.decoded_s = decoded.time_s
            if is_taken(decoded.time_s, taken_s, self._taken_per_second):
                taken_s = decoded.time_s
                yield Frame(self.position.next_frame - 1, taken_s, self._display.picture(decoded.raw))

    def _after(self, frame: TimedFrame) -> Position:
        place = frame.place
        return Position(self.position.next_frame + 1, place.first_pts, place.at, place.segment)

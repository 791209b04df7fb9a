"""Decodes a file in this process: in tests, in tools for a person's own files, and inside the decoder's process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onwatch_detector.errors import IsUnwanted, VideoUnreadable
from onwatch_detector.read.decoder import Position, VideoReader
from onwatch_detector.read.samples import FileSamples
from onwatch_media import VideoFile, VideoSource, VideoUnusable


class InProcessDecoder:
    """What a file does to the decoder, it does to this process."""

    def __init__(
        self, source: VideoSource, counted_rate: float | None = None, is_unwanted: IsUnwanted = lambda: False
    ) -> None:
        """`counted_rate`: frames per second where the file has no timestamps. `is_unwanted` is not polled."""
        if not isinstance(source, Path):
            raise TypeError(f"{source.path} is stored: only a process that gets its bytes from another decodes it")
        self.path = source
        self._counted_rate = counted_rate
        self._sampled: VideoFile | None = None

    def reader(self, position: Position, taken_per_second: float = 0.0, *, on_demand: bool = False) -> VideoReader:
        return VideoReader(self.path, position, taken_per_second, self._counted_rate)

    def samples(self, every_s: float, first: int) -> FileSamples:
        with readable(self.path):
            return FileSamples(self._video_to_sample(), every_s, first)

    def duration_s(self) -> float | None:
        with readable(self.path):
            video = self._video_to_sample()
            return video.header_duration_s if video.clock.is_sound else video.clock.end_s

    def abort(self) -> None:
        """A thread cannot be ended."""

    def close(self) -> None:
        if self._sampled is not None:
            self._sampled.close()
            self._sampled = None

    def _video_to_sample(self) -> VideoFile:
        if self._sampled is None:
            self._sampled = VideoFile(self.path, counted_rate=self._counted_rate)
        return self._sampled


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """`VideoUnreadable` in place of what a video file raises."""
    try:
        yield
    except VideoUnusable as error:
        raise VideoUnreadable(path.name, str(error)) from error

"""Decodes a little ahead of the counting, and detects there too where the engine can: nobody waits for another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass

from onwatch_detector.detect.engines import Detections
from onwatch_detector.detect.source import DetectionSource
from onwatch_detector.read.decoder import Frame, Position, VideoReader

DECODED_AHEAD = 1  # where pictures are looked at one at a time: it is decoded while the one before is looked at


@dataclass(frozen=True)
class Seen:
    """A frame, what is on it, and where a reader goes on after it."""

    frame: Frame
    position: Position
    detections: Detections


@dataclass(frozen=True)
class _Fetched:
    frame: Frame
    position: Position
    coming: Future[Detections] | None
    """None: looked at when the frame's turn has come."""


class Prefetcher:
    """The frames of a video in order, each with its detections. One thread at a time.

    Decoding has a thread of its own. As many frames as the engine has places may be ahead of the one returned
    last. They are no state: a frame that was not returned was not seen, and whoever resumes decodes it again.
    """

    def __init__(self, reader: VideoReader, sight: DetectionSource, new_thread: Callable[[], Executor]) -> None:
        self._reader = reader
        self._sight = sight
        self._queue = sight.queue
        self._places = self._queue.places if self._queue else DECODED_AHEAD
        self._decoder = new_thread()
        self._ahead: deque[Future[_Fetched | None]] = deque()

    def next(self) -> Seen | None:
        """The next frame, None at the end of the video. Raises what decoding or detecting this very frame raised."""
        while len(self._ahead) <= self._places:
            self._ahead.append(self._decoder.submit(self._fetch))
        fetched = self._ahead.popleft().result()
        if fetched is None:
            return None
        found = fetched.coming.result() if fetched.coming else self._sight.detect(fetched.frame)
        return Seen(fetched.frame, fetched.position, found)

    def close(self) -> None:
        """Give up what is ahead and close the reader. Waits for the frame that is being decoded."""
        for each in self._ahead:
            each.cancel()
        self._decoder.submit(self._reader.close).result()
        self._decoder.shutdown(wait=False)
        for each in self._ahead:
            _give_up(each)

    def _fetch(self) -> _Fetched | None:
        frame = self._reader.read()
        if frame is None:
            return None
        coming = self._queue.submit(frame.picture) if self._queue else None
        return _Fetched(frame, self._reader.position, coming)


def _give_up(ahead: Future[_Fetched | None]) -> None:
    """Take back the detections that nobody will ask for."""
    try:
        fetched = ahead.result()
    except (Exception, CancelledError):  # noqa: BLE001 whatever it was, this frame's turn never came
        return
    if fetched is not None and fetched.coming is not None:
        fetched.coming.cancel()

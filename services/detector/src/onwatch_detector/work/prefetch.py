"""Decodes ahead of the counting, and detects ahead where the engine can, so that neither waits for the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass

from onwatch_detector.detect.sources import DetectionSource
from onwatch_detector.detections import Detections
from onwatch_detector.read import Frame, Position, Reader
from onwatch_detector.work.selection import Selector, Treatment

DECODED_AHEAD = 1  # without a queue: the next frame is decoded while the current one is in the engine


@dataclass(frozen=True)
class DetectedFrame:
    """A frame, its detections, and the position after it."""

    frame: Frame
    position: Position
    treatment: Treatment
    detections: Detections | None
    """None: the frame was not inferred."""
    before: Position
    """Of the reader, before the frame."""


@dataclass(frozen=True)
class _Fetched:
    frame: Frame
    position: Position
    before: Position
    pending: Future[Detections] | None
    """None: not inferred, or detected only when it is the frame's turn."""
    treatment: Treatment


class Prefetcher:
    """The frames of a video in order, each with its detections. One thread at a time.

    Decoding has a thread of its own. As many frames as the engine has places may be ahead of the newest one returned.
    They are no state: a frame that was not returned is decoded again by the run that resumes.
    """

    def __init__(
        self,
        reader: Reader,
        source: DetectionSource,
        new_thread: Callable[[], Executor],
        selector: Selector | None = None,
    ) -> None:
        """`selector` decides which frames are inferred; None: all are."""
        self._reader = reader
        self._selector = selector
        self._source = source
        self._queue = source.queue
        self._places = self._queue.places if self._queue else DECODED_AHEAD
        self._decoder = new_thread()
        self._ahead: deque[Future[_Fetched | None]] = deque()

    def next(self) -> DetectedFrame | None:
        """The next frame, None at the end of the video. Raises what decoding or detecting this very frame raised."""
        while len(self._ahead) <= self._places:
            self._ahead.append(self._decoder.submit(self._fetch))
        fetched = self._ahead.popleft().result()
        if fetched is None:
            return None
        return DetectedFrame(
            fetched.frame, fetched.position, fetched.treatment, self._detections(fetched), fetched.before
        )

    def _detections(self, fetched: _Fetched) -> Detections | None:
        if fetched.treatment is not Treatment.INFER:
            return None
        return fetched.pending.result() if fetched.pending else self._source.detect(fetched.frame)

    def close(self) -> None:
        """Discard what is ahead and close the reader. Waits for the frame that is being decoded."""
        for each in self._ahead:
            each.cancel()
        self._decoder.submit(self._reader.close).result()
        self._decoder.shutdown(wait=False)
        for each in self._ahead:
            _cancel_detection(each)

    def _fetch(self) -> _Fetched | None:
        before = self._reader.position
        frame = self._reader.read()
        if frame is None:
            return None
        treatment = self._selector.select(frame) if self._selector is not None else Treatment.INFER
        pending = self._queue.submit(frame.picture) if self._queue and treatment is Treatment.INFER else None
        return _Fetched(frame, self._reader.position, before, pending, treatment)


def _cancel_detection(ahead: Future[_Fetched | None]) -> None:
    try:
        fetched = ahead.result()
    except (Exception, CancelledError):  # noqa: BLE001 whatever it was, nobody needs this frame any more
        return
    if fetched is not None and fetched.pending is not None:
        fetched.pending.cancel()

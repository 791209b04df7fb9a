"""An engine that a test can make fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from onwatch_detector.detections import Detections, Picture
from onwatch_testkit.blob_engine import BlobEngine

LONGEST_HANG_S = 120.0  # then the test has failed, and the detector's thread has to end


class FaultyEngine(BlobEngine):
    """Exact, until a test makes it blind or lets it hang."""

    def __init__(self) -> None:
        super().__init__()
        self.is_blind = False
        """Detects nothing, as a model that does not know such views."""
        self.delay_s = 0.0
        """For each picture, as on a machine that does not keep up."""
        self.flowing = threading.Event()
        """Cleared: `detect` hangs, as in a broken driver."""
        self.flowing.set()
        self._pictures_left: int | None = None
        self._lock = threading.Lock()

    @contextmanager
    def held_after(self, pictures: int) -> Iterator[None]:
        """Hang after so many pictures, until the end of the context: a test looks at a stream that is under way."""
        with self._lock:
            self._pictures_left = pictures
        try:
            yield
        finally:
            with self._lock:
                self._pictures_left = None
                self.flowing.set()

    def detect(self, picture: Picture) -> Detections:
        self._count_picture()
        assert self.flowing.wait(LONGEST_HANG_S), "the test has left the engine hanging"
        time.sleep(self.delay_s)
        return Detections.none() if self.is_blind else super().detect(picture)

    def _count_picture(self) -> None:
        with self._lock:
            if self._pictures_left == 0:
                self.flowing.clear()
            elif self._pictures_left is not None:
                self._pictures_left -= 1

    def close(self) -> None:
        self.flowing.set()

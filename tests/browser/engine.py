"""An engine that a test can make fail."""

from __future__ import annotations

import threading

from onwatch_detector.detections import Detections, Picture
from onwatch_testkit.blob_engine import BlobEngine


class FaultyEngine(BlobEngine):
    """Exact, until a test makes it blind or lets it hang."""

    def __init__(self) -> None:
        super().__init__()
        self.is_blind = False
        """Detects nothing, as a model that does not know such views."""
        self.flowing = threading.Event()
        """Cleared: `detect` hangs, as in a broken driver."""
        self.flowing.set()

    def detect(self, picture: Picture) -> Detections:
        self.flowing.wait()
        return Detections.none() if self.is_blind else super().detect(picture)

    def close(self) -> None:
        self.flowing.set()

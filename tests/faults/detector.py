"""`python -m faults.detector`: the detector with an exact engine.

The engine is slow, so that a fault hits a run in progress, and misses all vehicles of some frames, so that tracks are
interrupted too; the result is a function of the frame.
"""

from __future__ import annotations

import time
import zlib

from onwatch_detector.detections import Detections, Picture
from onwatch_detector.service import build
from onwatch_detector.settings import DetectorSettings
from onwatch_runtime.process import main
from onwatch_testkit.blob_engine import BlobEngine

DETECTION_S = 0.03
ONE_IN = 25


class FlickeringEngine(BlobEngine):
    name = "flickering"

    def detect(self, picture: Picture) -> Detections:
        time.sleep(DETECTION_S)  # about a model's; sleeping releases the interpreter lock, as a model does
        if zlib.crc32(picture.tobytes()) % ONE_IN == 0:
            return Detections.none()
        return super().detect(picture)


if __name__ == "__main__":
    main("detector", DetectorSettings, lambda settings, bus: build(settings, bus=bus, open_engine=FlickeringEngine))

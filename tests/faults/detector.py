"""`python -m faults.detector`: the detector as it is, with an engine that is exact about what it sees.

It takes its time, so that there is something to interrupt, and now and then misses a vehicle, so that tracks are
interrupted too; the same picture always gives the same.
"""

from __future__ import annotations

import time
import zlib

from onwatch_detector.detect.engines import Detections
from onwatch_detector.read.decoder import Picture
from onwatch_detector.service import build
from onwatch_detector.settings import DetectorSettings
from onwatch_runtime.process.main import main
from onwatch_testkit.blob_engine import BlobEngine

DETECTION_S = 0.03
ONE_IN = 25


class FlickeringEngine(BlobEngine):
    name = "flickering"

    def detect(self, picture: Picture) -> Detections:
        time.sleep(DETECTION_S)  # a model's, and releases the lock as a model does
        if zlib.crc32(picture.tobytes()) % ONE_IN == 0:
            return Detections.none()
        return super().detect(picture)


if __name__ == "__main__":
    main("detector", DetectorSettings, lambda settings, bus: build(settings, bus=bus, open_engine=FlickeringEngine))

"""`python -m faults.detector`: the detector with an exact engine.

The engine is slow, so that a fault hits a run in progress, and misses all vehicles of some frames, so that tracks are
interrupted too; the result is a function of the frame. A stored video is read in small blocks, during the whole run.
"""

from __future__ import annotations

import time
import zlib

from onwatch_detector.detections import Detections, Picture
from onwatch_detector.errors import MediaUnavailable
from onwatch_detector.service import build
from onwatch_detector.settings import DetectorSettings
from onwatch_media.stored import BlockCache, ObjectStore
from onwatch_runtime.bus import Bus
from onwatch_runtime.process import Service, main
from onwatch_testkit.blob_engine import BlobEngine

DETECTION_S = 0.03
ONE_IN = 25
BLOCK_BYTES = 2048  # of clips of 20 to 30 kB


class FlickeringEngine(BlobEngine):
    name = "flickering"

    def detect(self, picture: Picture) -> Detections:
        time.sleep(DETECTION_S)  # about a model's; sleeping releases the interpreter lock, as a model does
        if zlib.crc32(picture.tobytes()) % ONE_IN == 0:
            return Detections.none()
        return super().detect(picture)


def _build(settings: DetectorSettings, bus: Bus) -> Service:
    return build(settings, bus=bus, open_engine=FlickeringEngine, store=_store(settings))


def _store(settings: DetectorSettings) -> ObjectStore | None:
    if settings.media_url is None:
        return None
    cache = BlockCache(settings.media_cache, settings.media_cache_bytes, BLOCK_BYTES)
    return ObjectStore.of(settings.media_url, cache, MediaUnavailable)


if __name__ == "__main__":
    main("detector", DetectorSettings, _build)

from __future__ import annotations

import numpy as np

from onwatch_detector.detect.sources.source import PerFrameSource
from onwatch_detector.read.decoder import Frame
from onwatch_testkit.blob_engine import BlobEngine


def test_a_shared_engine_gets_the_picture_and_stays_open() -> None:
    engine = BlobEngine()
    picture = np.full((60, 80, 3), 60, np.uint8)
    picture[10:30, 10:30] = (0, 0, 255)
    frame = Frame(0, 0.0, lambda: picture, lambda _: picture[:, :, 0])
    source = PerFrameSource(engine)
    assert source.detect(frame).boxes.tolist() == [[10, 10, 30, 30]]
    source.close()
    assert len(source.detect(frame)) == 1

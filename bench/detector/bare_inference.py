"""The limit: the model alone on OpenVINO's own asynchronous queue, on pictures that lie letterboxed in memory.

Its results are not even read.
"""

from __future__ import annotations

import sys
from pathlib import Path

from measuring import Pass

from onwatch_detector.decoding import VideoReader
from onwatch_detector.engines import EngineOptions
from onwatch_detector.engines.openvino_engine import open_model
from onwatch_detector.engines.quiet_openvino import openvino as ov


def main(weights: str, clip: str) -> None:
    compiled, form = open_model(Path(weights), EngineOptions())
    queue = ov.AsyncInferQueue(compiled)  # as many requests as OpenVINO finds best
    inputs = []
    reader = VideoReader(Path(clip))
    while (frame := reader.read()) is not None:
        letterbox = form.letterbox(frame.picture)
        canvas = letterbox.canvas()
        letterbox.paint(frame.picture, canvas)
        inputs.append(canvas[None])
    reader.close()
    for canvas in inputs[:4]:
        queue.start_async(canvas)
    queue.wait_all()
    timed = Pass()
    for canvas in inputs:
        queue.start_async(canvas)
        timed.frame()
    queue.wait_all()
    timed.done(None).print()


if __name__ == "__main__":
    main(*sys.argv[1:])

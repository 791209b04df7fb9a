"""Upper limit: the model alone on OpenVINO's asynchronous queue, with letterboxed pictures in memory.

Its results are not even read.
"""

from __future__ import annotations

import sys
from pathlib import Path

from measuring import Pass

from onwatch_detector.detect.engines import EngineOptions
from onwatch_detector.detect.engines.openvino_engine import ModelFile
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov
from onwatch_detector.detect.engines.tensors import Size
from onwatch_detector.read import VideoReader


def main(weights: str, clip: str) -> None:
    reader = VideoReader(Path(clip))
    pictures = [frame.picture for frame in iter(reader.read, None)]
    reader.close()
    file = ModelFile.read(Path(weights), EngineOptions())
    compiled = file.compile(file.form.fitted(Size.of(pictures[0])), EngineOptions())
    queue = ov.AsyncInferQueue(compiled.model)  # OpenVINO chooses the number of requests
    inputs = []
    for picture in pictures:
        letterbox = compiled.form.letterbox(picture)
        canvas = letterbox.canvas()
        letterbox.paint(picture, canvas)
        inputs.append(canvas[None])
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

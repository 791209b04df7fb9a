"""`YOLO.track(stream=True)` as its documentation has it, on a `.pt` or an OpenVINO export."""

from __future__ import annotations

import sys
from typing import Any

from measuring import Pass
from quiet_ultralytics import YOLO

VEHICLES = [1, 2, 3, 5, 7]


def tracked(model: Any, clip: str, shape: list[int], rect: bool) -> Any:
    return model.track(
        clip,
        stream=True,
        imgsz=shape,
        conf=0.25,
        classes=VEHICLES,
        device="cpu",
        tracker="bytetrack.yaml",
        verbose=False,
        rect=rect,
    )


def main(weights: str, clip: str, height: str, width: str, *options: str) -> None:
    """`--rect`: without needless padding, as it is by default with PyTorch; an export has its own shape."""
    shape, rect = [int(height), int(width)], "--rect" in options
    cold = Pass()
    model = YOLO(weights, task="detect")
    next(iter(tracked(model, clip, shape, rect)))
    cold.frame()
    watched = Pass()
    for result in tracked(model, clip, shape, rect):
        watched.frame(len(result.boxes))
    watched.done(cold.first_s).print()


if __name__ == "__main__":
    main(*sys.argv[1:])

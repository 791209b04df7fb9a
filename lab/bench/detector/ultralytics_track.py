"""`YOLO.track(stream=True)` as documented, with a `.pt` or an OpenVINO export."""

from __future__ import annotations

import sys
from typing import Any

import openvino
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


def compute_in_f32() -> None:
    """Ultralytics has no option for it."""
    as_it_was: Any = openvino.Core.compile_model

    def compile_model(core: Any, model: Any, device_name: str, config: dict[str, Any]) -> Any:
        return as_it_was(core, model, device_name, {**config, "INFERENCE_PRECISION_HINT": "f32"})

    openvino.Core.compile_model = compile_model


def main(weights: str, clip: str, height: str, width: str, *options: str) -> None:
    """`--rect`: without needless padding, as it is by default with PyTorch; an export has its own shape.

    `--f32`: also where OpenVINO would compute in bf16 by itself.
    """
    shape, rect = [int(height), int(width)], "--rect" in options
    if "--f32" in options:
        compute_in_f32()
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

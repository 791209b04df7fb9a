"""Agreement of each engine with Ultralytics' own boxes, on the same frames, weights and input shape."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from quiet_ultralytics import YOLO

from onwatch_detector.detect.engines import EngineOptions, open_engine
from onwatch_detector.detections import Detections
from onwatch_detector.read import VideoReader

CONFIDENCE, IOU = 0.25, 0.45
EVERY = 8  # frames
VEHICLES = {1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck"}


def pictures(clip: Path) -> list[NDArray[Any]]:
    reader = VideoReader(clip)
    found = [frame.picture for frame in islice(iter(reader.read, None), 0, None, EVERY)]
    reader.close()
    return found


def agreement(
    reference: Any, engine: Any, seen: list[NDArray[Any]], shape: list[int], **options: Any
) -> dict[str, Any]:
    boxes = misses = 0
    kinds = {number: kind for number, kind in reference.names.items() if kind in VEHICLES.values()}
    least = 1.0
    for picture in seen:
        expected = reference.predict(
            picture,
            imgsz=shape,
            iou=IOU,
            classes=list(VEHICLES),
            verbose=False,
            device="cpu",
            **{"rect": False} | options,
        )[0].boxes
        found: Detections = engine.detect(picture)
        boxes += len(expected)
        misses += abs(len(found) - len(expected))
        for box, kind in zip(expected.xyxy.numpy(), expected.cls.tolist(), strict=True):
            overlaps = [
                iou(box, other)
                for other, name in zip(found.boxes, found.vehicle_types, strict=True)
                if name == kinds[int(kind)]
            ]
            best = max(overlaps, default=0.0)
            misses += best <= 0.95
            least = min(least, best)
    return {"frames": len(seen), "boxes": boxes, "disagree": int(misses), "least_iou": round(float(least), 4)}


def iou(one: NDArray[Any], other: NDArray[Any]) -> float:
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.clip(sides, 0, None).prod())
    areas = [float((box[2:] - box[:2]).prod()) for box in (one, other)]
    return shared / (sum(areas) - shared)


def main(weights: Path, clip: Path, height: int, width: int) -> None:
    seen, shape = pictures(clip), [height, width]
    reference = YOLO(weights, task="detect")
    raw = {"conf": CONFIDENCE, "agnostic_nms": True}
    options = EngineOptions(confidence=CONFIDENCE, iou=IOU)
    onnx = weights.with_name(f"{weights.stem}-{height}x{width}.onnx")
    any_size = weights.with_name(f"{weights.stem}-any.onnx")
    fixed_engine, fitting_engine = (open_engine(path, name="o", options=options) for path in (onnx, any_size))
    rows = {
        "OpenVINO, raw output": agreement(reference, fixed_engine, seen, shape, **raw),
        "OpenVINO, raw output, any size": agreement(reference, fitting_engine, seen, shape, **raw | {"rect": True}),
    }
    torch_engine = open_engine(weights, name="u", options=options)
    rows["ultralytics"] = agreement(reference, torch_engine, seen, [640, 640], **raw | {"rect": True})
    print(json.dumps(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))

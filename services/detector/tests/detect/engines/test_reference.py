"""Each engine gives the boxes that the published pre- and postprocessing of its model gives.

The references follow the papers' own code line by line, and share only the weights with the engines: no letterbox, no
preprocessing inside the model, no OpenCV suppression.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from onwatch_detector.detect.engines import EngineOptions, open_engine
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov

COCO = {1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck"}
CONFIDENCE, IOU = 0.25, 0.45

pytestmark = [pytest.mark.media, pytest.mark.slow]


@dataclass(frozen=True)
class Boxed:
    kind: str
    confidence: float
    box: tuple[float, ...]


@lru_cache(maxsize=1)
def plain_model(weights: Path):
    """The model in the file, without our preprocessing."""
    return ov.Core().compile_model(weights, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def run_plain(weights: Path, image: np.ndarray) -> np.ndarray:
    return plain_model(weights)({0: np.ascontiguousarray(image[None], np.float32)})[0][0]


def iou(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    shared = max(0.0, right - left) * max(0.0, bottom - top)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def suppressed(found: list[Boxed]) -> list[Boxed]:
    """Greedy, best first, of any class."""
    kept: list[Boxed] = []
    for one in sorted(found, key=lambda each: -each.confidence):
        if all(iou(one.box, other.box) <= IOU for other in kept):
            kept.append(one)
    return kept


def clipped(box: np.ndarray, picture: np.ndarray) -> tuple[float, ...]:
    height, width = picture.shape[:2]
    return tuple(np.clip(box, 0, [width, height, width, height]).tolist())


def ultralytics_reference(weights: Path, picture: np.ndarray, side: int) -> list[Boxed]:
    """`LetterBox`, `non_max_suppression` and `scale_boxes` of Ultralytics 8."""
    height, width = picture.shape[:2]
    gain = min(side / height, side / width)
    unpadded = round(width * gain), round(height * gain)
    dw, dh = (side - unpadded[0]) / 2, (side - unpadded[1]) / 2
    resized = cv2.resize(picture, unpadded, interpolation=cv2.INTER_LINEAR) if unpadded != (width, height) else picture
    edges = round(dh - 0.1), round(dh + 0.1), round(dw - 0.1), round(dw + 0.1)
    padded = cv2.copyMakeBorder(resized, *edges, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    found = []
    for column in run_plain(weights, padded[..., ::-1].transpose(2, 0, 1) / 255).T:
        best = int(column[4:].argmax())
        if best in COCO and column[4 + best] > CONFIDENCE:
            x, y, w, h = column[:4]
            box = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
            box[[0, 2]] -= round(dw - 0.1)
            box[[1, 3]] -= round(dh - 0.1)
            found.append(Boxed(COCO[best], float(column[4 + best]), clipped(box / gain, picture)))
    return suppressed(found)


def yolox_reference(weights: Path, picture: np.ndarray, side: int) -> list[Boxed]:
    """`preproc` and `demo_postprocess` of YOLOX."""
    height, width = picture.shape[:2]
    ratio = min(side / height, side / width)
    padded = np.full((side, side, 3), 114, np.uint8)
    size = int(width * ratio), int(height * ratio)
    padded[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    outputs = run_plain(weights, padded.transpose(2, 0, 1))
    found, row = [], 0
    for stride in (8, 16, 32):
        cells = side // stride
        for y in range(cells):
            for x in range(cells):
                cell, row = outputs[row], row + 1
                scores = cell[4] * cell[5:]
                best = int(scores.argmax())
                if best in COCO and scores[best] > CONFIDENCE:
                    centre = (cell[:2] + np.float32([x, y])) * stride
                    half = np.exp(cell[2:4]) * stride / 2
                    box = np.concatenate([centre - half, centre + half]) / ratio
                    found.append(Boxed(COCO[best], float(scores[best]), clipped(box, picture)))
    assert row == len(outputs)
    return suppressed(found)


Reference = Callable[[Path, np.ndarray, int], list[Boxed]]
ENGINES: list[tuple[str, int, Reference]] = [
    ("yolov8n-640-int8", 640, ultralytics_reference),
    ("yolo11n-320-int8", 320, ultralytics_reference),
    ("yolox-nano-416", 416, yolox_reference),
]
FRAMES = [("street", 30), ("street", 120), ("street", 200), ("topdown", 150)]


def picture_of(clip: Path, frame: int) -> np.ndarray:
    capture = cv2.VideoCapture(str(clip))
    try:
        return [capture.read()[1] for _ in range(frame + 1)][-1]
    finally:
        capture.release()


@pytest.mark.parametrize(("model", "side", "reference"), ENGINES, ids=[model for model, *_ in ENGINES])
def test_the_boxes_are_those_of_the_published_decoding(
    shared_dir: Path, model: str, side: int, reference: Reference
) -> None:
    weights = shared_dir / "models" / f"{model}.onnx"
    engine = open_engine(weights, name=model, options=EngineOptions(confidence=CONFIDENCE, iou=IOU))
    compared = 0
    for clip, number in FRAMES:
        picture = picture_of(shared_dir / "media" / f"{clip}.mp4", number)
        expected = reference(weights, picture, side)
        detected = engine.detect(picture)
        found = [
            Boxed(kind.value, float(confidence), tuple(box.tolist()))
            for kind, confidence, box in zip(detected.vehicle_types, detected.confidences, detected.boxes, strict=True)
        ]
        assert [one.kind for one in found] == [one.kind for one in expected], (clip, number)
        for one, other in zip(found, expected, strict=True):
            assert iou(one.box, other.box) > 0.95, (clip, number, one, other)
            assert one.confidence == pytest.approx(other.confidence, abs=0.02)
        compared += len(found)
    engine.close()
    assert compared >= 10, "the frames show vehicles"

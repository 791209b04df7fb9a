"""Run an exported detector as the product does: letterbox, OpenVINO in f32, class-agnostic suppression."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import openvino as ov

GREY = 114


@dataclass(frozen=True)
class Detections:
    """Detections of one frame: boxes (n, 4) in picture pixels, classes (n,), scores (n,), best first."""

    boxes: np.ndarray
    classes: np.ndarray
    scores: np.ndarray


class Detector:
    """An ONNX file with the output layout described in `export`."""

    def __init__(self, path: Path, threads: int = 2, least_score: float = 0.25, most_overlap: float = 0.55) -> None:
        core = ov.Core()
        model = core.compile_model(
            str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
        )
        self._request = model.create_infer_request()
        shape = model.input(0).shape
        self._height, self._width = int(shape[2]), int(shape[3])
        self._least_score, self._most_overlap = least_score, most_overlap

    def __call__(self, picture: np.ndarray) -> Detections:
        """Find vehicles in a BGR picture of any size."""
        scale = min(self._width / picture.shape[1], self._height / picture.shape[0])
        width, height = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
        left, top = (self._width - width) // 2, (self._height - height) // 2
        canvas = np.full((self._height, self._width, 3), GREY, dtype=np.uint8)
        canvas[top : top + height, left : left + width] = cv2.resize(picture, (width, height))
        blob = canvas[None, ..., ::-1].transpose(0, 3, 1, 2).astype(np.float32) / 255
        raw = self._request.infer([blob])[0][0]
        return self._decoded(raw, scale, np.array([left, top], dtype=np.float32))

    def _decoded(self, raw: np.ndarray, scale: float, offset: np.ndarray) -> Detections:
        scores = raw[4:].max(axis=0)
        kept = np.flatnonzero(scores >= self._least_score)
        kept = kept[np.argsort(-scores[kept])]
        middle, half = raw[:2, kept].T, raw[2:4, kept].T / 2
        boxes = np.concatenate([middle - half - offset, middle + half - offset], axis=1) / scale
        chosen = suppressed(boxes, self._most_overlap)
        return Detections(boxes[chosen], raw[4:, kept].argmax(axis=0)[chosen], scores[kept][chosen])


def overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """IoU (n, m) of boxes (n, 4) and (m, 4)."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    area_a, area_b = ((k[:, 2:] - k[:, :2]).prod(axis=1) for k in (a, b))
    return np.asarray(common / np.maximum(area_a[:, None] + area_b[None] - common, 1e-6))


def suppressed(boxes: np.ndarray, most_overlap: float) -> list[int]:
    """Greedy suppression over all classes of boxes sorted best first: the indices of those kept."""
    iou = overlaps(boxes, boxes)
    chosen: list[int] = []
    for number in range(len(boxes)):
        if not chosen or iou[number, chosen].max() <= most_overlap:
            chosen.append(number)
    return chosen

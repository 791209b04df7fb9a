"""A typical self-written pipeline: OpenCV, ONNX Runtime, and supervision's ByteTrack and PolygonZone."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
import supervision as sv
from measuring import Pass
from numpy.typing import NDArray

VEHICLES = [1, 2, 3, 5, 7]
CONFIDENCE, IOU = 0.25, 0.45


class Detector:
    def __init__(self, weights: str) -> None:
        self._session = ort.InferenceSession(weights, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._height, self._width = self._session.get_inputs()[0].shape[2:]

    def __call__(self, picture: NDArray[Any]) -> sv.Detections:
        height, width = picture.shape[:2]
        scale = min(self._height / height, self._width / width)
        size = round(width * scale), round(height * scale)
        canvas = np.full((self._height, self._width, 3), 114, np.uint8)
        top, left = (self._height - size[1]) // 2, (self._width - size[0]) // 2
        canvas[top : top + size[1], left : left + size[0]] = cv2.resize(picture, size)
        tensor = canvas[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / 255
        output = self._session.run(None, {self._input: np.ascontiguousarray(tensor)})[0][0].T
        scores = output[:, 4:]
        kinds = scores.argmax(axis=1)
        best = scores.max(axis=1)
        kept = (best > CONFIDENCE) & np.isin(kinds, VEHICLES)
        centre, half = output[kept, :2], output[kept, 2:4] / 2
        corners = (np.hstack([centre - half, centre + half]) - [left, top, left, top]) / scale
        found = sv.Detections(corners, confidence=best[kept], class_id=kinds[kept])
        return found.with_nms(IOU)


def watch(detector: Detector, clip: str, timed: Pass, frames: int | None = None) -> None:
    capture = cv2.VideoCapture(clip)
    tracker = sv.ByteTrack()
    zone: sv.PolygonZone | None = None
    while timed.frames != frames:
        read, picture = capture.read()
        if not read:
            break
        if zone is None:
            height, width = picture.shape[:2]
            zone = sv.PolygonZone(np.array([[0, 0], [width, 0], [width, height], [0, height]]))
        found = tracker.update_with_detections(detector(picture))
        zone.trigger(found)
        timed.frame(len(found))
    capture.release()


def main(weights: str, clip: str) -> None:
    warnings.simplefilter("ignore")  # deprecation warnings of supervision
    cold = Pass()
    detector = Detector(weights)
    watch(detector, clip, cold, frames=1)
    watched = Pass()
    watch(detector, clip, watched)
    watched.done(cold.first_s).print()


if __name__ == "__main__":
    main(*sys.argv[1:])

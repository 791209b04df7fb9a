"""Decodes the output tensors of detectors. Pure: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from onwatch_detector.detect.engines.tensors.classes import VehicleClasses
from onwatch_detector.detect.engines.tensors.letterbox import Size
from onwatch_detector.detections import TYPES, Floats

LARGEST_LOGIT = 80.0  # the exponential of a larger one is no 32-bit number
YOLOX_STRIDES = ((8, 16, 32), (8, 16, 32, 64))  # the second: models with a P6 head


class Layout(StrEnum):
    """Layout of a detector's output."""

    RAW = "raw"
    """YOLOv8, YOLO11: 1 x (4 + classes) x N; centre x, centre y, width, height, class scores."""
    END_TO_END = "end-to-end"
    """YOLOv10, YOLO26, and exports with NMS inside: 1 x K x 6; left, top, right, bottom, score, class."""
    YOLOX = "yolox"
    """1 x N x (5 + classes), N cells of several grids; box relative to its cell, objectness, class scores."""
    QUERIES = "queries"
    """The DETR family: boxes 1 x N x 4 (centre x, centre y, width, height, fractions), logits 1 x N x classes."""
    RANKED = "ranked"
    """The same after its postprocessor: labels 1 x K, boxes 1 x K x 4 (corners in pixels), scores 1 x K."""

    @property
    def is_stretched(self) -> bool:
        """Whether its models are trained on pictures that fill the input, whatever their aspect ratio."""
        return self in (Layout.QUERIES, Layout.RANKED)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Boxes before suppression: one vehicle may have several."""

    boxes: Floats
    """N x 4: left, top, right, bottom, in pixels of the model's input."""
    scores: Floats
    """N x len(columns), 0..1."""
    columns: tuple[str, ...] = TYPES


def layout_of(shape: Sequence[int], model: Size) -> Layout | None:
    """The layout of an output of this shape for an input of this size; None if it is not a known detector's."""
    if len(shape) != 3 or shape[0] != 1:
        return None
    rows, columns = shape[1], shape[2]
    if rows > columns > 5 and yolox_strides(rows, model):  # before end-to-end: a YOLOX with one class has 6 columns too
        return Layout.YOLOX
    if columns == 6:
        return Layout.END_TO_END
    if 4 < rows < columns:
        return Layout.RAW
    return None


def class_count(layout: Layout, shape: Sequence[int]) -> int | None:
    """Number of classes, from the shape of the last output; None if the layout does not tell."""
    match layout:
        case Layout.RAW:
            return shape[1] - 4
        case Layout.YOLOX:
            return shape[2] - 5
        case Layout.QUERIES:
            return shape[2]
        case Layout.END_TO_END | Layout.RANKED:
            return None


def decode(
    layout: Layout, outputs: Sequence[Floats], model: Size, classes: VehicleClasses, confidence: float
) -> Candidates:
    """Candidates whose best class is a vehicle's and scores at least `confidence`.

    `outputs` have the given layout, in the order in which it names them.
    """
    match layout, [output[0] for output in outputs]:
        case Layout.RAW, [output]:
            return _raw(output, classes, confidence)
        case Layout.YOLOX, [output]:
            return _yolox(output, model, classes, confidence)
        case Layout.END_TO_END, [output]:
            return _end_to_end(output, classes, confidence)
        case Layout.QUERIES, [boxes, logits]:
            return _queries(boxes, logits, model, classes, confidence)
        case Layout.RANKED, [labels, boxes, scores]:
            return _end_to_end(np.hstack([boxes, scores[:, None], labels[:, None]]), classes, confidence)
    raise ValueError(f"{len(outputs)} outputs do not have the layout {layout}")


def _raw(output: Floats, classes: VehicleClasses, confidence: float) -> Candidates:
    candidates = np.flatnonzero(output[[4 + index for index in classes.indices]].max(axis=0) >= confidence)
    selected = output[:, candidates].T
    return _vehicles(_corners(selected[:, :4]), selected[:, 4:], classes, confidence)


def _yolox(output: Floats, model: Size, classes: VehicleClasses, confidence: float) -> Candidates:
    candidates = np.flatnonzero(output[:, 4] >= confidence)  # class scores are at most 1
    selected, cell, stride = output[candidates], *(part[candidates] for part in _grid(len(output), model))
    centres = (selected[:, :2] + cell) * stride
    sizes = np.exp(selected[:, 2:4]) * stride
    return _vehicles(_corners(np.hstack([centres, sizes])), selected[:, 5:] * selected[:, 4:5], classes, confidence)


def _end_to_end(output: Floats, classes: VehicleClasses, confidence: float) -> Candidates:
    candidates = output[output[:, 4] >= confidence]
    columns = classes.columns
    scores = np.zeros((len(candidates), len(columns)), np.float32)
    for index, kind in zip(classes.indices, classes.types, strict=True):
        same = candidates[:, 5].round() == index
        scores[same, columns.index(kind)] = candidates[same, 4]
    found = scores.any(axis=1)
    return Candidates(candidates[found, :4], scores[found], columns)


def _queries(boxes: Floats, logits: Floats, model: Size, classes: VehicleClasses, confidence: float) -> Candidates:
    """As RT-DETR's `RTDETRPostProcessor` with focal loss: a class is scored by itself, without a class for nothing."""
    scores: Floats = np.reciprocal(1 + np.exp(-np.clip(logits, -LARGEST_LOGIT, LARGEST_LOGIT)), dtype=np.float32)
    corners = _corners(boxes) * np.array([model.width, model.height] * 2, np.float32)
    return _vehicles(corners, scores, classes, confidence)


def _vehicles(boxes: Floats, scores: Floats, classes: VehicleClasses, confidence: float) -> Candidates:
    """Those whose best class is a vehicle's: a rider that scores 0.9 as a person is not a bicycle at 0.3."""
    columns = classes.columns
    if not len(boxes):
        return Candidates(boxes, np.zeros((0, len(columns)), np.float32), columns)
    best = scores.argmax(axis=1)
    found = np.isin(best, classes.indices) & (scores[np.arange(len(best)), best] >= confidence)
    by_type = np.zeros((int(found.sum()), len(columns)), np.float32)
    for index, kind in zip(classes.indices, classes.types, strict=True):
        column = by_type[:, columns.index(kind)]
        np.maximum(column, scores[found, index], out=column)
    return Candidates(boxes[found], by_type, columns)


def _corners(boxes: Floats) -> Floats:
    """Left, top, right, bottom from centre x, centre y, width, height."""
    half = boxes[:, 2:] / 2
    return np.hstack([boxes[:, :2] - half, boxes[:, :2] + half])


def yolox_strides(cells: int, model: Size) -> tuple[int, ...] | None:
    """The strides whose grids over the input have this many cells in total."""
    for strides in YOLOX_STRIDES:
        if sum((model.width // stride) * (model.height // stride) for stride in strides) == cells:
            return strides
    return None


@lru_cache(maxsize=8)
def _grid(cells: int, model: Size) -> tuple[Floats, Floats]:
    """Each cell's column and row (N x 2) and stride (N x 1); `demo_postprocess` of YOLOX, utils/demo_utils.py."""
    places, steps = [], []
    for stride in yolox_strides(cells, model) or ():
        rows, columns = np.mgrid[: model.height // stride, : model.width // stride]
        places.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        steps.append(np.full((rows.size, 1), stride))
    return np.concatenate(places).astype(np.float32), np.concatenate(steps).astype(np.float32)

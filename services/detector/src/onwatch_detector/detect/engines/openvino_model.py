"""Reads a model for OpenVINO: its input size, the layout of its output, and the classes that are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from onwatch_detector.detect.engines.counted_classes import counted_classes
from onwatch_detector.detect.engines.port import EngineOptions, ModelUnusable
from onwatch_detector.detect.engines.tensors import (
    COCO_CLASSES,
    COCO_VEHICLES,
    Layout,
    Letterbox,
    Size,
    VehicleClasses,
    class_count,
    layout_of,
    parse_names,
)
from onwatch_detector.detections import Floats, Picture

STRIDE_PX = 32  # of the coarsest grid of these models: sides are whole multiples
DEFAULT_SIDE_PX = 640  # of models with dynamic input size and without metadata about their training
NAMES_AT = (["framework", "names"], ["model_info", "labels"])  # Ultralytics: in ONNX, in its OpenVINO export
IMAGE_SIZE_AT = ["framework", "imgsz"]
TASK_AT = ["framework", "task"]


def read_model(path: Path, core: Any, options: EngineOptions) -> tuple[Any, Form]:
    """The model in the file and its form. One with dynamic input size gets the size it was trained with."""
    model = _read(core, path)
    return model, _form_of(model, path, options)


@dataclass(frozen=True)
class Form:
    """Input size, output layout and vehicle classes of a model."""

    layout: Layout
    size: Size
    classes: VehicleClasses
    has_dynamic_size: bool = False

    def fitted(self, picture: Size) -> Form:
        """The form for pictures of this size: with dynamic input size, padding is not needed.

        As Ultralytics does (`LetterBox` in data/augment.py, `auto=True`): the longer side is that of training.
        """
        if not self.has_dynamic_size:
            return self
        scale = min(self.size.width / picture.width, self.size.height / picture.height)
        sides = (_up_to_stride(round(side * scale)) for side in (picture.width, picture.height))
        return replace(self, size=Size(*sides))

    def letterbox(self, picture: Picture) -> Letterbox:
        fit = Letterbox.top_left if self.layout is Layout.YOLOX else Letterbox.centred
        return fit(Size.of(picture), self.size)

    def tensor(self, picture: Picture) -> Floats:
        """The input of the model in the file, 1 x 3 x height x width; the compiled one converts pictures itself."""
        letterbox = self.letterbox(picture)
        canvas = letterbox.canvas()
        letterbox.paint(picture, canvas)
        floats = canvas.astype(np.float32) if self.layout is Layout.YOLOX else canvas[..., ::-1] / np.float32(255)
        return np.ascontiguousarray(floats.transpose(2, 0, 1)[None])


def _up_to_stride(side_px: int) -> int:
    return max(STRIDE_PX, -(-side_px // STRIDE_PX) * STRIDE_PX)


def _read(core: Any, path: Path) -> Any:
    try:
        return core.read_model(path)
    except RuntimeError as error:
        raise ModelUnusable(path, f"OpenVINO cannot read it: {last_line(error)}") from error


def _form_of(model: Any, path: Path, options: EngineOptions) -> Form:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        found = f"{len(model.inputs)} inputs and {len(model.outputs)} outputs"
        raise ModelUnusable(path, f"it has {found}; a supported detector has one of each")
    if (task := _metadata(model, TASK_AT)) not in (None, "detect"):
        raise ModelUnusable(path, f"its task is {task}, not detect")
    has_dynamic_size, size = _size(model, path)
    shape = model.output().partial_shape
    dimensions = tuple(shape.to_shape()) if shape.is_static else ()
    if (layout := layout_of(dimensions, size)) is None:
        raise ModelUnusable(
            path,
            f"its output {shape} is not that of a supported detector; expected 1 x (4 + classes) x N (YOLOv8, YOLO11), "
            f"1 x K x 6 (YOLOv10, YOLO26) or 1 x N x (5 + classes) (YOLOX)",
        )
    classes = _classes(model, class_count(layout, dimensions), path, options)
    return Form(layout, size, classes, has_dynamic_size)


def _size(model: Any, path: Path) -> tuple[bool, Size]:
    """Whether the input size is dynamic, and the size; a dynamic one is set to the size of the training."""
    shape = model.input().partial_shape
    if shape.rank.is_dynamic or len(shape) != 4 or (shape[1].is_static and shape[1].get_length() != 3):
        raise ModelUnusable(path, f"its input is {shape}; expected 1 x 3 x height x width")
    if not model.input().element_type.is_real():
        raise ModelUnusable(path, f"its input is {model.input().element_type.to_string()}; expected floating point")
    if shape.is_dynamic:
        height, width = (
            dimension.get_length() if dimension.is_static else trained
            for dimension, trained in zip(list(shape)[2:], _trained_size(model), strict=True)
        )
        model.reshape([1, 3, height, width])
    _, _, height, width = model.input().partial_shape.to_shape()
    return all(dimension.is_dynamic for dimension in list(shape)[2:]), Size(width, height)


def _trained_size(model: Any) -> tuple[int, int]:
    """Height and width, from metadata such as `[640, 640]`."""
    digits = "".join(mark if mark.isdigit() else " " for mark in _metadata(model, IMAGE_SIZE_AT) or "").split()
    sides = [int(digit) for digit in digits] or [DEFAULT_SIDE_PX]
    return sides[0], sides[-1]


def _classes(model: Any, count: int | None, path: Path, options: EngineOptions) -> VehicleClasses:
    names = _names(model, path)
    if names is None and count == COCO_CLASSES:
        names = COCO_VEHICLES
    if names is None:
        raise ModelUnusable(path, f"it has no class names, and not the {COCO_CLASSES} classes of COCO")
    if count is not None and names is not COCO_VEHICLES and len(names) != count:
        raise ModelUnusable(path, f"it names {len(names)} classes and scores {count}")
    return counted_classes(names, options, path)


def _names(model: Any, path: Path) -> Mapping[int, str] | None:
    for place in NAMES_AT:
        if text := _metadata(model, place):
            try:
                return parse_names(text)
            except ValueError as error:
                raise ModelUnusable(path, str(error)) from error
    return None


def _metadata(model: Any, place: list[str]) -> str | None:
    return str(model.get_rt_info(place).value) if model.has_rt_info(place) else None


def last_line(error: RuntimeError) -> str:
    """OpenVINO's message, without the source locations in front of it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"

"""Reads a model for OpenVINO: its input size, the layout of its output, and the classes that are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from onwatch_detector.detect.engines.counted_classes import counted_classes
from onwatch_detector.detect.engines.openvino_interface import batch_of_one, fix_sizes, image_input, interface_of
from onwatch_detector.detect.engines.port import EngineOptions, ModelUnusable
from onwatch_detector.detect.engines.tensors import (
    COCO_VEHICLES_BY_COUNT,
    Layout,
    Letterbox,
    Size,
    VehicleClasses,
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
class Pixels:
    """The values that a model expects: `(value - mean) / scale` of each colour, from 0 to 255."""

    is_rgb: bool = True
    mean: tuple[float, float, float] | None = None
    scale: tuple[float, float, float] | None = (255.0, 255.0, 255.0)

    def values(self, canvas: Picture) -> Floats:
        floats: Floats = (canvas[..., ::-1] if self.is_rgb else canvas).astype(np.float32)
        if self.mean is not None:
            floats = np.subtract(floats, self.mean, dtype=np.float32)
        if self.scale is not None:
            floats = np.divide(floats, self.scale, dtype=np.float32)
        return floats


UNIT = Pixels()
BLUE_GREEN_RED = Pixels(is_rgb=False, scale=None)  # of YOLOX
IMAGENET = Pixels(mean=(123.675, 116.28, 103.53), scale=(58.395, 57.12, 57.375))  # as torchvision has them, times 255


@dataclass(frozen=True)
class Form:
    """Input size, output layout and vehicle classes of a model."""

    layout: Layout
    size: Size
    classes: VehicleClasses
    has_dynamic_size: bool = False
    outputs: tuple[int, ...] = (0,)
    """Which outputs of the model have the layout."""
    pixels: Pixels = UNIT

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
        if self.layout.is_stretched:
            return Letterbox.stretched(Size.of(picture), self.size)
        fit = Letterbox.top_left if self.layout is Layout.YOLOX else Letterbox.centred
        return fit(Size.of(picture), self.size)

    def tensor(self, picture: Picture) -> Floats:
        """The input of the model in the file, 1 x 3 x height x width; the compiled one converts pictures itself."""
        letterbox = self.letterbox(picture)
        canvas = letterbox.canvas()
        letterbox.paint(picture, canvas)
        return np.ascontiguousarray(self.pixels.values(canvas).transpose(2, 0, 1)[None])


def _up_to_stride(side_px: int) -> int:
    return max(STRIDE_PX, -(-side_px // STRIDE_PX) * STRIDE_PX)


def _read(core: Any, path: Path) -> Any:
    try:
        return core.read_model(path)
    except RuntimeError as error:
        raise ModelUnusable(path, f"OpenVINO cannot read it: {last_line(error)}") from error


def _form_of(model: Any, path: Path, options: EngineOptions) -> Form:
    if (task := _metadata(model, TASK_AT)) not in (None, "detect"):
        raise ModelUnusable(path, f"its task is {task}, not detect")
    image = image_input(model, path)
    has_dynamic_size, size = _size(model, image, path)
    fix_sizes(model, image, size)
    interface = interface_of(model, size, path)
    layout = interface.layout
    classes = _classes(model, interface.class_count, path, options)
    pixels = BLUE_GREEN_RED if layout is Layout.YOLOX else IMAGENET if interface.is_normalized else UNIT
    return Form(
        layout, size, classes, has_dynamic_size and not layout.is_stretched, outputs=interface.outputs, pixels=pixels
    )


def _size(model: Any, image: Any, path: Path) -> tuple[bool, Size]:
    """Whether the input size is dynamic, and the size; a dynamic one is set to the size of the training."""
    shape = image.partial_shape
    if shape.rank.is_dynamic or len(shape) != 4 or (shape[1].is_static and shape[1].get_length() != 3):
        raise ModelUnusable(path, f"its input is {shape}; expected 1 x 3 x height x width")
    if not image.element_type.is_real():
        raise ModelUnusable(path, f"its input is {image.element_type.to_string()}; expected floating point")
    height, width = (
        dimension.get_length() if dimension.is_static else trained
        for dimension, trained in zip(list(shape)[2:], _trained_size(model), strict=True)
    )
    size = Size(width, height)
    if any(each.partial_shape.is_dynamic for each in model.inputs):
        batch_of_one(model, image, size)
    return all(dimension.is_dynamic for dimension in list(shape)[2:]), size


def _trained_size(model: Any) -> tuple[int, int]:
    """Height and width, from metadata such as `[640, 640]`."""
    digits = "".join(mark if mark.isdigit() else " " for mark in _metadata(model, IMAGE_SIZE_AT) or "").split()
    sides = [int(digit) for digit in digits] or [DEFAULT_SIDE_PX]
    return sides[0], sides[-1]


def _classes(model: Any, count: int | None, path: Path, options: EngineOptions) -> VehicleClasses:
    names = _names(model, path)
    if names is not None and count is not None and len(names) != count:
        raise ModelUnusable(path, f"it names {len(names)} classes and scores {count}")
    if names is None:
        names = COCO_VEHICLES_BY_COUNT.get(count or 0)
    if names is None:
        of_coco = " or ".join(map(str, COCO_VEHICLES_BY_COUNT))
        scored = "" if count is None else f": it scores {count}"
        raise ModelUnusable(
            path,
            f"it has no class names, and not the {of_coco} classes of COCO{scored}; "
            f"write the names in their order into {_names_file(path).name} beside it, one a line",
        )
    return counted_classes(names, options, path)


def _names(model: Any, path: Path) -> Mapping[int, str] | None:
    """From the file of names beside the model, else from its metadata."""
    if (file := _names_file(path)).is_file():
        return _names_in(file)
    for place in NAMES_AT:
        if text := _metadata(model, place):
            try:
                return parse_names(text)
            except ValueError as error:
                raise ModelUnusable(path, str(error)) from error
    return None


def _names_file(path: Path) -> Path:
    """As Darknet has it."""
    return path.with_suffix(".names")


def _names_in(file: Path) -> Mapping[int, str]:
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelUnusable(file, f"its class names cannot be read: {error}") from error
    while lines and not lines[-1].strip():
        lines.pop()
    return dict(enumerate(line.strip() for line in lines))


def _metadata(model: Any, place: list[str]) -> str | None:
    return str(model.get_rt_info(place).value) if model.has_rt_info(place) else None


def last_line(error: RuntimeError) -> str:
    """OpenVINO's message, without the source locations in front of it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"

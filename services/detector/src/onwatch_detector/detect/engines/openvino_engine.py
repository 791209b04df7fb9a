"""Runs `.onnx` and OpenVINO IR files on OpenVINO."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Self

import numpy as np

from onwatch_detector.detect.engines.cpu_quota import usable_cpus
from onwatch_detector.detect.engines.port import EngineClosed, EngineOptions, ModelUnusable
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov
from onwatch_detector.detect.engines.tensors import (
    COCO_CLASSES,
    COCO_VEHICLES,
    Layout,
    Letterbox,
    Size,
    VehicleClasses,
    class_count,
    decode,
    detections_of,
    layout_of,
    parse_names,
)
from onwatch_detector.detections import Detections, Floats, Picture

log = logging.getLogger(__name__)

TYPICAL_PICTURE = Size(1920, 1080)  # of most cameras: a model with dynamic input size is compiled for it at the start
COMPILED_SIZES = 4  # kept for a model with dynamic input size; each takes tens of megabytes
STRIDE_PX = 32  # of the coarsest grid of these models: sides are whole multiples
DEFAULT_SIDE_PX = 640  # of models with dynamic input size and without metadata about their training
NAMES_AT = (["framework", "names"], ["model_info", "labels"])  # Ultralytics: in ONNX, in its OpenVINO export
IMAGE_SIZE_AT = ["framework", "imgsz"]
TASK_AT = ["framework", "task"]


class OpenVinoEngine:
    """Runs YOLOv8/11 (raw), YOLOv10/26 (end-to-end) and YOLOX models, distinguished by the shape of their output."""

    def __init__(self, path: Path, name: str, options: EngineOptions) -> None:
        """Load and compile the model; blocks for up to seconds. `ModelUnusable` says what is wrong with it."""
        self.name = name
        self._options = options
        self._file: ModelFile | None = ModelFile.read(path)
        self._compiling = Lock()
        # A model with dynamic input size is compiled for each size of input that occurs.
        self._compiled_for = lru_cache(maxsize=COMPILED_SIZES)(self._compile)
        typical = self._compiled_for(self._file.form.fitted(TYPICAL_PICTURE))
        # One more than the device processes: the next picture waits there while an output is decoded.
        self.places = int(typical.model.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")) + 1
        self._pool = ThreadPoolExecutor(self.places, thread_name_prefix="detect")  # starts threads as they are needed
        log.info("model %s: %s", path, self._file.form)

    def detect(self, picture: Picture) -> Detections:
        compiled = self._compiled(Size.of(picture))
        with compiled.request() as request:
            return request.detect(picture, compiled.form, self._options)

    def submit(self, picture: Picture) -> Future[Detections]:
        if self._file is None:
            raise self._closed()
        return self._pool.submit(self.detect, picture)

    def close(self) -> None:
        with self._compiling:
            self._file = None
            self._compiled_for.cache_clear()
        self._pool.shutdown(wait=False)

    def _compiled(self, picture: Size) -> Compiled:
        with self._compiling:
            if self._file is None:
                raise self._closed()
            return self._compiled_for(self._file.form.fitted(picture))

    def _compile(self, form: Form) -> Compiled:
        assert self._file is not None  # noqa: S101 checked by the caller
        return self._file.compile(form, self._options)

    def _closed(self) -> EngineClosed:
        return EngineClosed(f"the engine of model {self.name} is closed")


@dataclass(frozen=True)
class ModelFile:
    """A model as read from its file, to be compiled for sizes of pictures."""

    path: Path
    core: Any
    network: Any
    form: Form

    @classmethod
    def read(cls, path: Path) -> Self:
        """`ModelUnusable` says what is wrong with the file."""
        core = ov.Core()
        network, form = read_model(path, core)
        return cls(path, core, network, form)

    def compile(self, form: Form, options: EngineOptions) -> Compiled:
        """The compiled model; its input is a letterboxed picture as it is."""
        network = self.network.clone()  # preprocessing is built into the clone
        if form != self.form:
            try:
                network.reshape([1, 3, form.size.height, form.size.width])
            except RuntimeError as error:
                log.warning("model %s works with %s only: %s", self.path, self.form.size, _last_line(error))
                return self.compile(self.form, options)
        return Compiled(_compile(self.core, network, form, self.path, options), form)


class Compiled:
    """A model compiled for one size of input, with its idle infer requests."""

    def __init__(self, model: Any, form: Form) -> None:
        self.model = model
        self.form = form
        # As many as there ever were calls at the same time; append and pop are atomic.
        self._idle: deque[_InferRequest] = deque()

    @contextmanager
    def request(self) -> Iterator[_InferRequest]:
        try:
            request = self._idle.pop()
        except IndexError:
            request = _InferRequest(self.model.create_infer_request())
        try:
            yield request
        finally:
            self._idle.append(request)


def read_model(path: Path, core: Any) -> tuple[Any, Form]:
    """The model in the file and its form. One with dynamic input size gets the size it was trained with."""
    model = _read(core, path)
    return model, _form_of(model, path)


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


class _InferRequest:
    """An infer request and the canvas it reads; used by one thread at a time."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self._letterbox: Letterbox | None = None
        self._canvas: Picture = np.zeros(0, np.uint8)

    def detect(self, picture: Picture, form: Form, options: EngineOptions) -> Detections:
        letterbox = form.letterbox(picture)
        self._prepare(letterbox)
        letterbox.paint(picture, self._canvas)
        self._request.start_async()  # `infer` would run in this thread, in addition to the streams that share the CPUs
        self._request.wait()
        output = self._request.get_output_tensor(0).data
        return detections_of(
            decode(form.layout, output, form.size, form.classes, options.confidence), letterbox, options.iou
        )

    def _prepare(self, letterbox: Letterbox) -> None:
        """Let the request read the canvas directly, so that a picture is written once and never copied."""
        if letterbox == self._letterbox:
            return
        self._letterbox, self._canvas = letterbox, letterbox.canvas()
        self._request.set_input_tensor(ov.Tensor(self._canvas[None], shared_memory=True))


def _up_to_stride(side_px: int) -> int:
    return max(STRIDE_PX, -(-side_px // STRIDE_PX) * STRIDE_PX)


def _read(core: Any, path: Path) -> Any:
    try:
        return core.read_model(path)
    except RuntimeError as error:
        raise ModelUnusable(path, f"OpenVINO cannot read it: {_last_line(error)}") from error


def _form_of(model: Any, path: Path) -> Form:
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
    return Form(layout, size, _classes(model, class_count(layout, dimensions), path), has_dynamic_size)


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


def _classes(model: Any, count: int | None, path: Path) -> VehicleClasses:
    names = _names(model, path)
    if names is None and count == COCO_CLASSES:
        names = COCO_VEHICLES
    if names is None:
        raise ModelUnusable(path, f"it has no class names, and not the {COCO_CLASSES} classes of COCO")
    if count is not None and names is not COCO_VEHICLES and len(names) != count:
        raise ModelUnusable(path, f"it names {len(names)} classes and scores {count}")
    if not (vehicles := VehicleClasses.among(names)):
        raise ModelUnusable(path, f"none of its classes is a vehicle; it knows {', '.join(names.values())[:200]}")
    return vehicles


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


def _compile(core: Any, model: Any, form: Form, path: Path, options: EngineOptions) -> Any:
    try:
        return core.compile_model(_with_preprocessing(model, form.layout), options.device, _properties(options))
    except RuntimeError as error:
        raise ModelUnusable(path, f"OpenVINO cannot run it on {options.device}: {_last_line(error)}") from error


def _with_preprocessing(model: Any, layout: Layout) -> Any:
    """Make colour, scale and layout part of the model: its input are pictures as OpenCV has them."""
    steps = ov.preprocess.PrePostProcessor(model)
    given = steps.input()
    given.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    given.tensor().set_color_format(ov.preprocess.ColorFormat.BGR)
    if layout is not Layout.YOLOX:  # YOLOX was trained on blue-green-red, 0..255
        given.preprocess().convert_color(ov.preprocess.ColorFormat.RGB)
    given.preprocess().convert_element_type(ov.Type.f32)
    if layout is not Layout.YOLOX:
        given.preprocess().scale(255.0)
    given.preprocess().convert_element_type(model.input().element_type)
    given.model().set_layout(ov.Layout("NCHW"))
    steps.output().tensor().set_element_type(ov.Type.f32)
    return steps.build()


def _properties(options: EngineOptions) -> dict[str, Any]:
    # One picture per CPU has more throughput than all CPUs on one picture, and the numbers are the same.
    properties: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": options.precision}
    if options.device == "CPU":
        properties["INFERENCE_NUM_THREADS"] = options.threads or usable_cpus()
        properties["ENABLE_CPU_PINNING"] = False  # pinned, all workers of a machine would share the same cores
    if options.cache_dir is not None:
        properties["CACHE_DIR"] = str(options.cache_dir)
    return properties


def _last_line(error: RuntimeError) -> str:
    """OpenVINO's message, without the source locations in front of it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"

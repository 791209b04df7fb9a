"""Runs `.onnx` and OpenVINO IR files on OpenVINO."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Self

import numpy as np

from onwatch_detector.detect.engines.cpu_quota import usable_cpus
from onwatch_detector.detect.engines.openvino_model import Form, last_line, read_model
from onwatch_detector.detect.engines.port import EngineClosed, EngineOptions, ModelUnusable
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov
from onwatch_detector.detect.engines.tensors import (
    Letterbox,
    Size,
    decode,
    detections_of,
)
from onwatch_detector.detections import Detections, Picture

log = logging.getLogger(__name__)

TYPICAL_PICTURE = Size(1920, 1080)  # of most cameras: a model with dynamic input size is compiled for it at the start
COMPILED_SIZES = 4  # kept for a model with dynamic input size; each takes tens of megabytes


class OpenVinoEngine:
    """Runs YOLOv8/11, YOLOv10/26, YOLOX and the DETR family, distinguished by the names and shapes of their outputs."""

    def __init__(self, path: Path, name: str, options: EngineOptions) -> None:
        """Load and compile the model; blocks for up to seconds. `ModelUnusable` says what is wrong with it."""
        self.name = name
        self._options = options
        self._file: ModelFile | None = ModelFile.read(path, options)
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
    def read(cls, path: Path, options: EngineOptions) -> Self:
        """`ModelUnusable` says what is wrong with the file."""
        core = ov.Core()
        network, form = read_model(path, core, options)
        return cls(path, core, network, form)

    def compile(self, form: Form, options: EngineOptions) -> Compiled:
        """The compiled model; its input is a letterboxed picture as it is."""
        network = self.network.clone()  # preprocessing is built into the clone
        if form != self.form:
            try:
                network.reshape([1, 3, form.size.height, form.size.width])
            except RuntimeError as error:
                log.warning("model %s works with %s only: %s", self.path, self.form.size, last_line(error))
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
        outputs = [self._request.get_output_tensor(place).data for place in form.outputs]
        candidates = decode(form.layout, outputs, form.size, form.classes, options.lowest)
        return detections_of(candidates, letterbox, options.iou, options.confidence)

    def _prepare(self, letterbox: Letterbox) -> None:
        """Let the request read the canvas directly, so that a picture is written once and never copied."""
        if letterbox == self._letterbox:
            return
        self._letterbox, self._canvas = letterbox, letterbox.canvas()
        self._request.set_input_tensor(ov.Tensor(self._canvas[None], shared_memory=True))


def _compile(core: Any, model: Any, form: Form, path: Path, options: EngineOptions) -> Any:
    try:
        return core.compile_model(_with_preprocessing(model, form), options.device, _properties(options))
    except RuntimeError as error:
        raise ModelUnusable(path, f"OpenVINO cannot run it on {options.device}: {last_line(error)}") from error


def _with_preprocessing(model: Any, form: Form) -> Any:
    """Make colour, scale and layout part of the model: its input are pictures as OpenCV has them."""
    steps, pixels = ov.preprocess.PrePostProcessor(model), form.pixels
    given = steps.input()
    given.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    given.tensor().set_color_format(ov.preprocess.ColorFormat.BGR)
    if pixels.is_rgb:
        given.preprocess().convert_color(ov.preprocess.ColorFormat.RGB)
    given.preprocess().convert_element_type(ov.Type.f32)
    if pixels.mean is not None:
        given.preprocess().mean(list(pixels.mean))
    if pixels.scale is not None:
        given.preprocess().scale(pixels.scale[0] if len(set(pixels.scale)) == 1 else list(pixels.scale))
    given.preprocess().convert_element_type(model.input().element_type)
    given.model().set_layout(ov.Layout("NCHW"))
    for place in form.outputs:
        steps.output(place).tensor().set_element_type(ov.Type.f32)
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

"""Runs `.pt` weights on ultralytics: an optional extra under AGPL-3.0, imported only when such a file is used."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from onwatch_detector.detect.engines.counted_classes import counted_classes
from onwatch_detector.detect.engines.cpu_quota import usable_cpus
from onwatch_detector.detect.engines.port import EngineClosed, EngineOptions, ModelUnusable
from onwatch_detector.detect.engines.tensors import Candidates, Letterbox, Size, VehicleClasses, detections_of
from onwatch_detector.detections import Detections, Floats, Picture

log = logging.getLogger(__name__)

Import = Callable[[str], Any]
OFFLINE_ENVIRONMENT = {
    "YOLO_OFFLINE": "true",  # no look-ups, no events
    "YOLO_AUTOINSTALL": "false",  # no packages installed without being asked
}
# Errors of loading a file that is not a model: PyTorch, zip and pickle each have their own.
UNREADABLE = (
    AttributeError,
    EOFError,
    ImportError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)


class UltralyticsEngine:
    """Runs any detector that ultralytics reads. Loading a `.pt` file runs code in it: use trusted files only."""

    def __init__(self, path: Path, name: str, options: EngineOptions, *, import_module: Import = import_module) -> None:
        """Load the model; blocks for seconds. `ModelUnusable` also if the extra is not installed."""
        self.name = name
        self._options = options
        self._model: Any = _load(path, options, import_module)
        self._classes = _vehicle_classes(self._model, options, path)
        self._lock = Lock()  # an ultralytics model keeps state while it predicts

    def detect(self, picture: Picture) -> Detections:
        with self._lock:
            if self._model is None:
                raise EngineClosed(f"the engine of model {self.name} is closed")
            boxes = self._predict(picture)
        size = Size.of(picture)
        letterbox = Letterbox.centred(size, size)
        return detections_of(self._candidates(boxes), letterbox, self._options.iou, self._options.confidence)

    def close(self) -> None:
        with self._lock:
            self._model = None

    def _predict(self, picture: Picture) -> Any:
        """Suppressed over all classes by ultralytics for some models, and again by us as for every engine."""
        half = {"half": True} if self._options.precision == "f16" else {}
        results = self._model.predict(
            picture,
            conf=self._options.lowest,
            iou=self._options.iou,
            agnostic_nms=True,
            classes=list(self._classes.indices),
            device=self._options.device.lower(),
            verbose=False,
            **half,
        )
        return results[0].boxes

    def _candidates(self, boxes: Any) -> Candidates:
        corners, confidences, classes = (_array(part) for part in (boxes.xyxy, boxes.conf, boxes.cls))
        columns = self._classes.columns
        scores = np.zeros((len(confidences), len(columns)), np.float32)
        for index, kind in zip(self._classes.indices, self._classes.types, strict=True):
            same = classes == index
            scores[same, columns.index(kind)] = confidences[same]
        return Candidates(corners.reshape(-1, 4), scores, columns)


def _load(path: Path, options: EngineOptions, import_module: Import) -> Any:
    ultralytics = _quiet_ultralytics(path, options, import_module)
    try:
        model = ultralytics.YOLO(str(path))
    except UNREADABLE as error:
        raise ModelUnusable(path, f"ultralytics cannot read it: {error}") from error
    if model.task != "detect":
        raise ModelUnusable(path, f"its task is {model.task}, not detect")
    return model


def _quiet_ultralytics(path: Path, options: EngineOptions, import_module: Import) -> Any:
    for variable, value in OFFLINE_ENVIRONMENT.items():
        os.environ.setdefault(variable, value)
    if options.cache_dir is not None:  # ultralytics writes to the home folder otherwise
        os.environ.setdefault("YOLO_CONFIG_DIR", str(options.cache_dir))
    try:
        ultralytics, torch = import_module("ultralytics"), import_module("torch")
    except ImportError as error:
        advice = "`pip install onwatch-detector[ultralytics]` (AGPL-3.0), or export the model to ONNX"
        raise ModelUnusable(path, f"{path.suffix} files need ultralytics: {advice}; {error}") from error
    ultralytics.settings.update({"sync": False})  # no analytics, no crash reports
    torch.set_num_threads(options.threads or usable_cpus())
    return ultralytics


def _vehicle_classes(model: Any, options: EngineOptions, path: Path) -> VehicleClasses:
    names = {int(index): str(name) for index, name in model.names.items()}
    return counted_classes(names, options, path)


def _array(tensor: Any) -> Floats:
    return np.asarray(tensor.cpu().numpy(), np.float32)

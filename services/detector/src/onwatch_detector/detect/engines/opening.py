"""Opens the engine that reads a model file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from onwatch_detector.detect.engines.port import Engine, EngineOptions, ModelUnusable

OpenEngine = Callable[[Path, str, EngineOptions], Engine]


def _openvino(path: Path, name: str, options: EngineOptions) -> Engine:
    from onwatch_detector.detect.engines.openvino_engine import OpenVinoEngine  # takes half a second

    return OpenVinoEngine(path, name, options)


def _ultralytics(path: Path, name: str, options: EngineOptions) -> Engine:
    from onwatch_detector.detect.engines.ultralytics_engine import (
        UltralyticsEngine,  # AGPL: only when such a file is used
    )

    return UltralyticsEngine(path, name, options)


ENGINES: Mapping[str, OpenEngine] = MappingProxyType({".onnx": _openvino, ".xml": _openvino, ".pt": _ultralytics})
MODEL_SUFFIXES: tuple[str, ...] = tuple(ENGINES)


def open_engine(path: Path, *, name: str, options: EngineOptions | None = None) -> Engine:
    """The engine of a model file, loaded and ready. Blocks for seconds. `ModelUnusable` says what is wrong."""
    if not path.is_file():
        raise ModelUnusable(path, "there is no such file")
    if (opened_by := ENGINES.get(path.suffix.lower())) is None:
        raise ModelUnusable(path, f"unknown file type; expected one of {', '.join(MODEL_SUFFIXES)}")
    return opened_by(path, name, options or EngineOptions())

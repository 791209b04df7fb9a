"""Detection engines behind one port, chosen by the model file."""

from onwatch_detector.detect.engines.opening import MODEL_SUFFIXES, open_engine
from onwatch_detector.detect.engines.port import (
    TYPES,
    Detections,
    Engine,
    EngineClosed,
    EngineOptions,
    ModelUnusable,
    QueuedEngine,
)

__all__ = [
    "MODEL_SUFFIXES",
    "TYPES",
    "Detections",
    "Engine",
    "EngineClosed",
    "EngineOptions",
    "ModelUnusable",
    "QueuedEngine",
    "open_engine",
]

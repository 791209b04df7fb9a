"""Detection engines: one port, and one implementation for each kind of model file.

No engine library is imported before a model needs it: OpenVINO takes half a second, ultralytics is under AGPL-3.0.
"""

from onwatch_detector.detect.engines.opening import MODEL_SUFFIXES, open_engine
from onwatch_detector.detect.engines.port import (
    Engine,
    EngineClosed,
    EngineOptions,
    ModelUnusable,
    QueuedEngine,
)
from onwatch_detector.detect.engines.quantization import CALIBRATION_PICTURES, compare, quantize, sample_pictures

__all__ = [
    "CALIBRATION_PICTURES",
    "MODEL_SUFFIXES",
    "Engine",
    "EngineClosed",
    "EngineOptions",
    "ModelUnusable",
    "QueuedEngine",
    "compare",
    "open_engine",
    "quantize",
    "sample_pictures",
]

"""Chooses how the vehicles of one video are detected: with the worker's model or by motion."""

from onwatch_detector.detect.sources.choice import Detection, ModelSeesLittle
from onwatch_detector.detect.sources.model_check import ModelChecks
from onwatch_detector.detect.sources.source import DetectionSource, DetectionSourceFactory, PerFrameSource

__all__ = [
    "Detection",
    "DetectionSource",
    "DetectionSourceFactory",
    "ModelChecks",
    "ModelSeesLittle",
    "PerFrameSource",
]

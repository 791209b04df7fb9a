"""Detects what moves in front of a fixed camera, without a model.

The background is a pure function of the file and of video time, and so are the detections: a run may be paused and
resumed at any frame, on any worker.
"""

from onwatch_detector.detect.motion.background import Background, shrunk
from onwatch_detector.detect.motion.foreground import Foreground
from onwatch_detector.detect.motion.sampler import BackgroundSampler
from onwatch_detector.detect.motion.source import MOTION, MotionSource

__all__ = [
    "MOTION",
    "Background",
    "BackgroundSampler",
    "Foreground",
    "MotionSource",
    "shrunk",
]

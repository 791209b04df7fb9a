"""Finds what moves before a fixed camera, without a model.

The background is a pure function of the file and of video time, and so are the detections: a run may stop and resume
at any frame, on any worker.
"""

from onwatch_detector.detect.motion.engine import MOTION, MotionSource

__all__ = ["MOTION", "MotionSource"]

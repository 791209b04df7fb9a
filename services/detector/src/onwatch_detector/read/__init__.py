"""Decodes video files: frames in order, each with its timestamp."""

from onwatch_detector.read.decoder import Frame, Position, VideoReader
from onwatch_detector.read.sampling import is_taken

__all__ = ["Frame", "Position", "VideoReader", "is_taken"]

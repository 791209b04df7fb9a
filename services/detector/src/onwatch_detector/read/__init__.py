"""Decodes video files, in this process or in one of their own: frames in order, with timestamps, and samples."""

from onwatch_detector.read.decoder import GREY_SIDE, Frame, Position, VideoReader
from onwatch_detector.read.in_process import InProcessDecoder
from onwatch_detector.read.port import Decoder, DecoderFactory, Reader, Samples
from onwatch_detector.read.sampling import ROUNDING_S, is_taken
from onwatch_detector.read.sandboxed import SERVING, DecoderLimits, SandboxedDecoder

__all__ = [
    "GREY_SIDE",
    "ROUNDING_S",
    "SERVING",
    "Decoder",
    "DecoderFactory",
    "DecoderLimits",
    "Frame",
    "InProcessDecoder",
    "Position",
    "Reader",
    "Samples",
    "SandboxedDecoder",
    "VideoReader",
    "is_taken",
]

"""Decodes untrusted files in a process of their own, within limits."""

from onwatch_detector.read.sandboxed.decoder import SERVING, SandboxedDecoder
from onwatch_detector.read.sandboxed.talk import DecoderLimits

__all__ = ["SERVING", "DecoderLimits", "SandboxedDecoder"]

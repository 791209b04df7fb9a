"""How a run detects vehicles: with an engine that takes any picture, or with one that knows its video."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from onwatch_detector.detect.engines import Engine, QueuedEngine
from onwatch_detector.detections import Detections
from onwatch_detector.errors import IsUnwanted
from onwatch_detector.read import Decoder, Frame


class DetectionSource(Protocol):
    """Finds the vehicles of one video, for one run.

    The same frame of the same file gives the same detections, whatever was detected before: a run may resume anywhere.
    """

    @property
    def queue(self) -> QueuedEngine | None:
        """Takes pictures of later frames, and gives for each what `detect` would; None if it cannot detect ahead."""
        ...

    def detect(self, frame: Frame) -> Detections:
        """Blocks until done. One thread at a time. `Interrupted` if it takes long and is no longer wanted."""
        ...

    def close(self) -> None: ...


DetectionSourceFactory = Callable[[Decoder, IsUnwanted], DetectionSource]
"""Opens the source in the run's own thread; long work in it polls the last argument."""


@dataclass(frozen=True)
class PerFrameSource:
    """Detects with an engine, which other runs use, too, and which therefore stays open."""

    engine: Engine

    @property
    def queue(self) -> QueuedEngine | None:
        return self.engine if isinstance(self.engine, QueuedEngine) else None

    def detect(self, frame: Frame) -> Detections:
        return self.engine.detect(frame.picture)

    def close(self) -> None:
        """Has nothing to close."""

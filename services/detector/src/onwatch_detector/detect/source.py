"""How a run looks at its video: with an engine that takes any picture, or with one that knows this video."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from onwatch_detector.detect.engines import Detections, Engine, QueuedEngine
from onwatch_detector.read.decoder import Frame

IsUnwanted = Callable[[], bool]


class Interrupted(Exception):
    """Long work was given up because nobody wants it any more."""


class DetectionSource(Protocol):
    """Finds the vehicles of one video, for one run.

    The same frame of the same file gives the same detections, whatever was asked before: a run may resume anywhere.
    """

    @property
    def queue(self) -> QueuedEngine | None:
        """Takes pictures of frames whose turn is yet to come, and says of each what `detect` would; None: cannot."""
        ...

    def detect(self, frame: Frame) -> Detections:
        """Blocks until done. One thread at a time. `Interrupted` where it takes long and is no longer wanted."""
        ...

    def close(self) -> None: ...


DetectionSourceFactory = Callable[[IsUnwanted], DetectionSource]
"""Opens it in the run's own thread; what it is given says when long work may be given up."""


@dataclass(frozen=True)
class PerFrameSource:
    """With an engine that other runs use, too: it stays open."""

    engine: Engine

    @property
    def queue(self) -> QueuedEngine | None:
        return self.engine if isinstance(self.engine, QueuedEngine) else None

    def detect(self, frame: Frame) -> Detections:
        return self.engine.detect(frame.picture)

    def close(self) -> None:
        """Nothing of its own."""

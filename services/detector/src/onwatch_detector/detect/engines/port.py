"""The port of every detection engine, and its promises."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from onwatch_detector.detections import Detections, Picture

PRECISIONS = ("f32", "f16", "bf16")


class ModelUnusable(Exception):
    """A model file that is missing, unreadable, not a supported detector, or without a vehicle class."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"model {path} cannot be used: {reason}")
        self.path = path
        self.reason = reason


class EngineClosed(RuntimeError):
    """A picture was submitted to an engine after `close`."""


@dataclass(frozen=True)
class EngineOptions:
    """Options of an engine besides its model."""

    confidence: float = 0.25  # 0.7, a tracker's usual default, misses most vehicles of real clips
    weak_confidence: float | None = None  # reported down to this; None: down to `confidence`
    iou: float = 0.45  # boxes that overlap more are one vehicle of any type; 0.35..0.55 count real clips correctly
    device: str = "CPU"
    threads: int | None = None  # None: as many CPUs as the process may use
    precision: str = "f32"  # fewer bits make the numbers depend on the machine
    cache_dir: Path | None = None  # for compiled models: the second start is faster
    classes: tuple[str, ...] = ()  # those counted; empty: by the rule of `VehicleClasses`

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision {self.precision!r} is not known; expected one of {', '.join(PRECISIONS)}")

    @property
    def lowest(self) -> float:
        """The confidence of the weakest detections that are reported."""
        return self.confidence if self.weak_confidence is None else min(self.weak_confidence, self.confidence)


class Engine(Protocol):
    """Finds vehicles in single pictures.

    The same picture gives the same detections, whatever else the engine does at the same time.
    """

    @property
    def name(self) -> str:
        """The model's name in results; `demo` is the shipped demo model."""

    def detect(self, picture: Picture) -> Detections:
        """Blocks until done. Any number of threads may call at once. `EngineClosed` after `close`."""

    def close(self) -> None:
        """Free the model's memory; calls in progress finish. Closing twice is harmless."""


@runtime_checkable
class QueuedEngine(Engine, Protocol):
    """An engine that processes several pictures in parallel; its queue keeps it from idling between two frames."""

    @property
    def places(self) -> int:
        """How many pictures of a video to have in the queue; more would only wait and take memory."""

    def submit(self, picture: Picture) -> Future[Detections]:
        """The detections to come, without waiting. Cancelling has an effect until the picture is processed."""

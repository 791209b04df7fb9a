"""The port of every detection engine, and its promise."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.values import VehicleType

Picture = NDArray[np.uint8]
"""Height x width x 3, blue green red."""
Floats = NDArray[np.float32]

TYPES: tuple[VehicleType, ...] = tuple(VehicleType)
"""The columns of `Detections.scores`."""
TYPE_COLUMN: Mapping[VehicleType, int] = MappingProxyType({each: column for column, each in enumerate(TYPES)})

PRECISIONS = ("f32", "f16", "bf16")


class ModelUnusable(Exception):
    """A model file that is missing, unreadable, no detector we can read, or knows no vehicle."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"model {path} cannot be used: {reason}")
        self.path = path
        self.reason = reason


class EngineClosed(RuntimeError):
    """A picture was given to an engine after `close`."""


@dataclass(frozen=True, eq=False)
class Detections:
    """The vehicles of one picture, best first, at most one box for each."""

    boxes: Floats
    """N x 4: left, top, right, bottom, in pixels of the picture, clipped to it, never empty."""
    confidences: Floats
    """N, 0..1: the score of the vehicle's own type."""
    vehicle_types: tuple[VehicleType, ...]
    scores: Floats
    """N x len(TYPES), 0..1: what this picture says for each type, to be summed over a visit. A close look says more
    than a distant one: confidence times the share of the picture that the box covers."""

    def __len__(self) -> int:
        return len(self.vehicle_types)

    @classmethod
    def none(cls) -> Detections:
        nothing = np.zeros(0, np.float32)
        return cls(nothing.reshape(0, 4), nothing, (), nothing.reshape(0, len(TYPES)))


@dataclass(frozen=True)
class EngineOptions:
    """What an engine is told besides its model."""

    confidence: float = 0.25  # 0.7, a tracker's usual default, misses most vehicles of real clips
    iou: float = 0.45  # boxes that overlap more are one vehicle of whatever type; 0.35..0.55 count real clips right
    device: str = "CPU"
    threads: int | None = None  # None: as many CPUs as the process may use
    precision: str = "f32"  # fewer bits make the numbers depend on the machine
    cache_dir: Path | None = None  # compiled models; the second start is quicker

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision {self.precision!r} is not known; expected one of {', '.join(PRECISIONS)}")


class Engine(Protocol):
    """Finds vehicles in pictures, one by one.

    The same picture gives the same detections, whatever else the engine does meanwhile.
    """

    @property
    def name(self) -> str:
        """The model's name in results; `demo` is the one shipped for a first look."""

    def detect(self, picture: Picture) -> Detections:
        """Blocks until done. Any number of threads may call at once. `EngineClosed` after `close`."""

    def close(self) -> None:
        """Gives the model's memory back; calls under way finish. Closing twice is harmless."""


@runtime_checkable
class QueuedEngine(Engine, Protocol):
    """An engine that works on several pictures side by side, and has none to wait for while some wait for it."""

    @property
    def places(self) -> int:
        """How many pictures a video should have in it at a time; more would only wait, and take memory."""

    def submit(self, picture: Picture) -> Future[Detections]:
        """What `detect` will say; does not wait for it. Cancelling helps where work has not begun."""

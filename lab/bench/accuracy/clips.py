"""The benchmark's input: detections per frame, their vehicles, and the truth of the zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.values import VehicleType
from onwatch_detector.detections import TYPES, Detections
from onwatch_synthetic.detecting import NOISY, PERFECT, Detection, detect
from onwatch_synthetic.hard_cases import HardCase
from onwatch_synthetic.recording import Boxes, Recording, Visit

PERFECT_LEVEL, NOISY_LEVEL = "perfect", "noisy"


@dataclass(frozen=True)
class Frame:
    """One frame's detections as an engine returns them, and its video time."""

    timestamp_s: float
    detections: Detections
    owners: tuple[int | None, ...]
    """The true vehicle of each detection; None for a false box, and everywhere if the truth was counted by hand."""
    owner_inside: tuple[bool, ...]
    """Whether that vehicle is truly in the zone."""


@dataclass(frozen=True)
class Clip:
    """A clip, the same for every pipeline."""

    name: str
    kind: str
    level: str
    size: tuple[int, int]
    roi: tuple[tuple[float, float], ...]
    anchor: str
    frames: tuple[Frame, ...]
    truth: tuple[Visit, ...]

    @property
    def frames_per_second(self) -> float:
        """The mean rate."""
        return (len(self.frames) - 1) / (self.frames[-1].timestamp_s - self.frames[0].timestamp_s)

    @property
    def frame_interval_s(self) -> float:
        """The longest time between two frames."""
        return float(np.max(np.diff([frame.timestamp_s for frame in self.frames])))

    @property
    def owners_known(self) -> bool:
        """Whether boxes have a true vehicle; a count by hand gives only times."""
        return any(owner is not None for frame in self.frames for owner in frame.owners)

    @property
    def total(self) -> int:
        """How many vehicles were in the zone."""
        return len({visit.vehicle_id for visit in self.truth})


def levels(case: HardCase, recording: Recording, seeds: Sequence[int]) -> Iterator[Clip]:
    """The case with perfect detections, and with noisy ones once for each seed."""
    yield _clip(case, recording, PERFECT_LEVEL, list(detect(recording, PERFECT.with_(case.own), 0)))
    noise = NOISY.with_(case.own).with_(case.noise)
    for seed in seeds:
        yield _clip(case, recording, f"{NOISY_LEVEL} {seed}", list(detect(recording, noise, seed)))


def _clip(case: HardCase, recording: Recording, level: str, found: Sequence[Sequence[Detection]]) -> Clip:
    frames = tuple(
        owned_frame(recording, time_s, boxes, for_onwatch(seen, recording.size), [one.vehicle_id for one in seen])
        for time_s, boxes, seen in zip(recording.timestamps_s, recording.frames, found, strict=True)
    )
    return clip_of(recording, case.kind, level, frames)


def clip_of(recording: Recording, kind: str, level: str, frames: tuple[Frame, ...]) -> Clip:
    """A clip of a recording with the given detections."""
    return Clip(recording.name, kind, level, recording.size, recording.roi, recording.anchor, frames, recording.visits)


def owned_frame(
    recording: Recording, time_s: float, truth: Boxes, found: Detections, owners: Sequence[int | None]
) -> Frame:
    """A frame whose detections belong to vehicles of the recording; `truth` is where these are."""
    inside = {box.vehicle_id for box in truth if recording.inside(box)}
    return Frame(time_s, found, tuple(owners), tuple(owner in inside for owner in owners))


def for_onwatch(seen: Sequence[Detection], size: tuple[int, int]) -> Detections:
    """The detections of an engine: a type vote weighs confidence times the share of the picture."""
    boxes = np.array([one.box for one in seen], np.float32).reshape(-1, 4)
    confidences = np.array([one.confidence for one in seen], np.float32)
    return with_votes(boxes, confidences, tuple(VehicleType(one.vehicle_type) for one in seen), size)


def with_votes(
    boxes: NDArray[Any],
    confidences: NDArray[Any],
    kinds: tuple[str, ...],
    size: tuple[int, int],
    power: float = 1,
) -> Detections:
    """Detections whose type vote weighs confidence times (their share of the picture) to the power."""
    shares = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) / (size[0] * size[1])
    scores = np.zeros((len(kinds), len(TYPES)), np.float32)
    scores[np.arange(len(kinds)), [TYPES.index(kind) for kind in kinds]] = confidences * shares**power
    return Detections(boxes, confidences, kinds, scores)

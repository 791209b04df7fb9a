"""Does the model see the vehicles of a video? Its detections against what moves, on a few frames of the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from onwatch_contracts.values import RunSettings, Zone
from onwatch_detector.count.zones.observation import Box
from onwatch_detector.count.zones.vehicle import middle
from onwatch_detector.detect.engines import Detections, Engine, QueuedEngine
from onwatch_detector.detect.engines.port import Floats, Picture
from onwatch_detector.detect.motion.background import Background, shrunk
from onwatch_detector.detect.motion.foreground import Foreground
from onwatch_detector.detect.motion.sampler import BackgroundSampler, duration_s
from onwatch_detector.detect.source import Interrupted, IsUnwanted
from onwatch_geometry import Area

SAMPLES = 24  # over the whole file: enough to meet some vehicles, and a second's work
JPEG_QUALITY = 95  # samples are kept compressed until it is known which the model has to look at

MIN_MOVING = 3  # fewer may be a bird, a cloud and a pedestrian
SAME_IOU = 0.3  # a moving blob takes some shadow along, and lacks a window
ALMOST_NOTHING = 0.4  # measured: 0.91..1 where a model knows the view, 0..0.36 where it does not

REMEMBERED = 1_000  # answers, of some hundred bytes each


@dataclass(frozen=True)
class Look:
    """One frame: what moves in the zones, and what the model finds there; edges as fractions of the picture."""

    moving: Sequence[Box]
    detected: Sequence[Box]


def is_blind(looks: Sequence[Look]) -> bool:
    """Whether the model sees almost nothing where things move.

    Both is asked: few moving things are covered by a detection, and there are few detections at all. At night lights
    on a wet road move, and a model that sees the cars does not see those.
    """
    moving = sum(len(look.moving) for look in looks)
    if moving < MIN_MOVING:
        return False
    covered = sum(any(_iou(box, other) >= SAME_IOU for other in look.detected) for look in looks for box in look.moving)
    detected = sum(len(look.detected) for look in looks)
    return max(covered, detected) < ALMOST_NOTHING * moving


def sees_little(path: Path, engine: Engine, settings: RunSettings, is_unwanted: IsUnwanted) -> bool:
    """`is_blind` for a file, which always gives the same answer. Blocks for a second or more. `Interrupted`."""
    return is_blind(_looks(path, engine, settings, is_unwanted))


class ModelChecks:
    """`sees_little`, which remembers: neither a file nor a model changes."""

    def __init__(self) -> None:
        self._answers: dict[tuple[Path, str, tuple[Zone, ...]], bool] = {}

    def sees_little(self, path: Path, engine: Engine, settings: RunSettings, is_unwanted: IsUnwanted) -> bool:
        """At once where it was asked lately, by any thread."""
        about = path, engine.name, settings.zones
        answer = self._answers.get(about)
        if answer is None:
            answer = self._answers[about] = sees_little(path, engine, settings, is_unwanted)
            while len(self._answers) > REMEMBERED:
                self._answers.pop(next(iter(self._answers)), None)
        return answer


@dataclass(frozen=True)
class _Sample:
    small: Picture
    jpeg: Picture

    @classmethod
    def of(cls, picture: Picture) -> _Sample:
        _, jpeg = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
        return cls(shrunk(picture), np.asarray(jpeg, np.uint8))

    def picture(self) -> Picture:
        return np.asarray(cv2.imdecode(self.jpeg, cv2.IMREAD_COLOR), np.uint8)


def _looks(path: Path, engine: Engine, settings: RunSettings, is_unwanted: IsUnwanted) -> list[Look]:
    samples = _samples(path, is_unwanted)
    if not samples:
        return []
    zones = [Area(zone.polygon) for zone in settings.zones]
    foreground = Foreground(Background.of([sample.small for sample in samples]))
    found = [(_in_zones(_moving(foreground, sample.small), zones), sample) for sample in samples]
    asked = [(moving, sample) for moving, sample in found if moving]  # the model's time is dear: where it can be wrong
    detected = _detected(engine, (sample.picture() for _, sample in asked), is_unwanted)
    return [Look(moving, _in_zones(boxes, zones)) for (moving, _), boxes in zip(asked, detected, strict=True)]


def _samples(path: Path, is_unwanted: IsUnwanted) -> list[_Sample]:
    length_s = duration_s(path)
    if length_s is None:
        return []  # without a length there is no spreading over it; the model keeps the benefit of the doubt
    scout = BackgroundSampler(path, length_s / SAMPLES, _Sample.of, first=0, is_unwanted=is_unwanted)
    try:
        scout.read_to(length_s)
    finally:
        scout.close()
    return [sample for _, sample in sorted(scout.samples.items())]


def _moving(foreground: Foreground, small: Picture) -> list[Box]:
    return _fractions(np.array([blob.box for blob in foreground.blobs(small)], np.float32), small)


def _detected(engine: Engine, pictures: Iterable[Picture], is_unwanted: IsUnwanted) -> Iterator[list[Box]]:
    """Boxes of each picture, in order; side by side where the engine can."""
    for picture, found in _answers(engine, pictures):
        if is_unwanted():
            raise Interrupted
        yield _fractions(found.boxes, picture)


def _answers(engine: Engine, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Detections]]:
    if not isinstance(engine, QueuedEngine):
        yield from ((picture, engine.detect(picture)) for picture in pictures)
        return
    asked: deque[tuple[Picture, Future[Detections]]] = deque()
    for picture in pictures:
        asked.append((picture, engine.submit(picture)))
        if len(asked) > engine.places:
            yield asked[0][0], asked.popleft()[1].result()
    yield from ((picture, coming.result()) for picture, coming in asked)


def _fractions(boxes: Floats, picture: Picture) -> list[Box]:
    height, width = picture.shape[:2]
    edges = (boxes.reshape(-1, 4) / np.array((width, height) * 2, np.float32)).tolist()
    return [(left, top, right, bottom) for left, top, right, bottom in edges]


def _in_zones(boxes: Sequence[Box], zones: Sequence[Area]) -> list[Box]:
    return [box for box in boxes if any(middle(box) in zone for zone in zones)]


def _iou(a: Box, b: Box) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / (_area(a) + _area(b) - shared) if shared else 0.0


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])

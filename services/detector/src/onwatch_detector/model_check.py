"""Does the model see the vehicles of a video? Its detections against what moves, on a few frames of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from onwatch_contracts.values import RunSettings
from onwatch_detector.engines import Engine
from onwatch_detector.engines.port import Floats, Picture
from onwatch_detector.motion.background import Background, shrunk
from onwatch_detector.motion.foreground import Foreground
from onwatch_detector.motion.scout import Scout, duration_s
from onwatch_detector.sights import Interrupted, IsUnwanted
from onwatch_detector.zones.observation import Box
from onwatch_detector.zones.polygon import Area
from onwatch_detector.zones.vehicle import middle

SAMPLES = 24  # over the whole file: enough to meet some vehicles, and a second's work
JPEG_QUALITY = 95  # samples are kept compressed until it is known which the model has to look at

MIN_MOVING = 3  # fewer may be a bird, a cloud and a pedestrian
SAME_IOU = 0.3  # a moving blob takes some shadow along, and lacks a window
ALMOST_NOTHING = 0.4  # measured: 0.91..1 where a model knows the view, 0..0.36 where it does not


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
    looks = []
    for sample in samples:
        moving = _in_zones(_moving(foreground, sample.small), zones)
        if is_unwanted():
            raise Interrupted
        if moving:  # the model's time is dear: it looks only where it can be wrong
            looks.append(Look(moving, _in_zones(_detected(engine, sample.picture()), zones)))
    return looks


def _samples(path: Path, is_unwanted: IsUnwanted) -> list[_Sample]:
    length_s = duration_s(path)
    if length_s is None:
        return []  # without a length there is no spreading over it; the model keeps the benefit of the doubt
    scout = Scout(path, length_s / SAMPLES, _Sample.of, first=0, is_unwanted=is_unwanted)
    try:
        scout.read_to(length_s)
    finally:
        scout.close()
    return [sample for _, sample in sorted(scout.samples.items())]


def _moving(foreground: Foreground, small: Picture) -> list[Box]:
    return _fractions(np.array([blob.box for blob in foreground.blobs(small)], np.float32), small)


def _detected(engine: Engine, picture: Picture) -> list[Box]:
    return _fractions(engine.detect(picture).boxes, picture)


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

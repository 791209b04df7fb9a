"""Checks whether a model sees the vehicles of a video: compares its detections with motion on a few frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePath

import cv2
import numpy as np

from onwatch_contracts.values import RunSettings, Zone
from onwatch_detector.detect.engines import Engine, QueuedEngine
from onwatch_detector.detect.motion import Background, BackgroundSampler, Foreground, shrunk
from onwatch_detector.detections import Detections, Floats, Picture
from onwatch_detector.errors import Interrupted, IsUnwanted
from onwatch_detector.read import Decoder
from onwatch_geometry import Area, Box, intersection_over_union, middle

SAMPLES = 24  # over the whole file: enough to show some vehicles, and a second of work
JPEG_QUALITY = 95  # samples are kept compressed until it is known which ones the model has to check

MIN_MOVING = 3  # fewer may be a bird, a cloud and a pedestrian
SAME_IOU = 0.3  # a moving blob includes some shadow, and lacks a window
ALMOST_NOTHING = 0.4  # measured: 0.91..1 if a model knows the view, 0..0.36 if it does not

CACHED_RESULTS = 1_000  # of some hundred bytes each


@dataclass(frozen=True)
class Sample:
    """One frame: what moves in the zones, and what the model detects there; edges as fractions of the picture."""

    moving: Sequence[Box]
    detected: Sequence[Box]


def is_blind(samples: Sequence[Sample]) -> bool:
    """Whether the model sees almost nothing where things move.

    Two conditions: few moving things are covered by a detection, and there are few detections at all. At night lights
    on a wet road move, and a model that sees the cars does not see those.
    """
    moving = sum(len(sample.moving) for sample in samples)
    if moving < MIN_MOVING:
        return False
    covered = sum(_is_covered(box, sample.detected) for sample in samples for box in sample.moving)
    detected = sum(len(sample.detected) for sample in samples)
    return max(covered, detected) < ALMOST_NOTHING * moving


def sees_little(decoder: Decoder, engine: Engine, settings: RunSettings, is_unwanted: IsUnwanted) -> bool:
    """`is_blind` for a file, always with the same result. Blocks for a second or more. `Interrupted`."""
    return is_blind(_samples(decoder, engine, settings, is_unwanted))


class ModelChecks:
    """A cache of `sees_little`: neither a file nor a model changes."""

    def __init__(self) -> None:
        self._results: dict[tuple[PurePath, str, tuple[Zone, ...]], bool] = {}

    def sees_little(self, decoder: Decoder, engine: Engine, settings: RunSettings, is_unwanted: IsUnwanted) -> bool:
        """Immediate for a recent result; any thread may call."""
        key = decoder.path, engine.name, settings.zones
        result = self._results.get(key)
        if result is None:
            result = self._results[key] = sees_little(decoder, engine, settings, is_unwanted)
            while len(self._results) > CACHED_RESULTS:
                self._results.pop(next(iter(self._results)), None)
        return result


@dataclass(frozen=True)
class _SampledPicture:
    small: Picture
    jpeg: Picture

    @classmethod
    def of(cls, picture: Picture) -> _SampledPicture:
        _, jpeg = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
        return cls(shrunk(picture), np.asarray(jpeg, np.uint8))

    def decoded(self) -> Picture:
        return np.asarray(cv2.imdecode(self.jpeg, cv2.IMREAD_COLOR), np.uint8)


def _samples(decoder: Decoder, engine: Engine, settings: RunSettings, is_unwanted: IsUnwanted) -> list[Sample]:
    pictures = _pictures(decoder, is_unwanted)
    if not pictures:
        return []
    zones = [Area(zone.polygon) for zone in settings.zones]
    foreground = Foreground(Background.of([picture.small for picture in pictures]))
    found = [(_in_zones(_moving(foreground, picture.small), zones), picture) for picture in pictures]
    to_check = [(moving, picture) for moving, picture in found if moving]  # inference is expensive
    detected = _detected(engine, (picture.decoded() for _, picture in to_check), is_unwanted)
    return [Sample(moving, _in_zones(boxes, zones)) for (moving, _), boxes in zip(to_check, detected, strict=True)]


def _pictures(decoder: Decoder, is_unwanted: IsUnwanted) -> list[_SampledPicture]:
    length_s = decoder.duration_s()
    if length_s is None:
        return []  # samples cannot be spread over an unknown length; the model is taken to be suitable
    sampler = BackgroundSampler(decoder, length_s / SAMPLES, _SampledPicture.of, first=0, is_unwanted=is_unwanted)
    with closing(sampler):
        sampler.read_to(length_s)
    return [picture for _, picture in sorted(sampler.samples.items())]


def _moving(foreground: Foreground, small: Picture) -> list[Box]:
    return _fractions(np.array([blob.box for blob in foreground.blobs(small)], np.float32), small)


def _detected(engine: Engine, pictures: Iterable[Picture], is_unwanted: IsUnwanted) -> Iterator[list[Box]]:
    """Boxes of each picture, in order; several pictures in parallel if the engine can."""
    for picture, found in _detections(engine, pictures):
        if is_unwanted():
            raise Interrupted
        yield _fractions(found.boxes[found.confidences >= found.threshold], picture)


def _detections(engine: Engine, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Detections]]:
    if not isinstance(engine, QueuedEngine):
        yield from ((picture, engine.detect(picture)) for picture in pictures)
        return
    queued: deque[tuple[Picture, Future[Detections]]] = deque()
    for picture in pictures:
        queued.append((picture, engine.submit(picture)))
        if len(queued) > engine.places:
            yield queued[0][0], queued.popleft()[1].result()
    yield from ((picture, pending.result()) for picture, pending in queued)


def _fractions(boxes: Floats, picture: Picture) -> list[Box]:
    height, width = picture.shape[:2]
    edges = (boxes.reshape(-1, 4) / np.array((width, height) * 2, np.float32)).tolist()
    return [(left, top, right, bottom) for left, top, right, bottom in edges]


def _in_zones(boxes: Sequence[Box], zones: Sequence[Area]) -> list[Box]:
    return [box for box in boxes if any(middle(box) in zone for zone in zones)]


def _is_covered(box: Box, others: Sequence[Box]) -> bool:
    return any(intersection_over_union(box, other) >= SAME_IOU for other in others)

"""Quantizes a float model to INT8, calibrated on clips of its camera. Needs NNCF, an optional extra."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from onwatch_detector.detect.engines.port import Engine, EngineOptions, ModelUnusable
from onwatch_detector.detections import Detections, Floats, Picture
from onwatch_detector.read import VideoReader

Import = Callable[[str], Any]

CALIBRATION_PICTURES = 300  # NNCF's own default: more changes little
PICTURES_PER_S = 2.0  # of video: neighbouring frames show the same
SAME_IOU = 0.7


@dataclass(frozen=True)
class Agreement:
    """How far a second model agrees with the first."""

    boxes: int
    """Found by the first."""
    found_again: int
    """By the second, with the same type and an IoU over 0.7."""
    others: int
    """Found by the second only."""


def quantize(
    model: Path,
    clips: Sequence[Path],
    target: Path,
    *,
    pictures: int = CALIBRATION_PICTURES,
    import_module: Import = import_module,
) -> None:
    """Write the INT8 model to `target` (`.xml`, weights beside it). Blocks for minutes.

    `ModelUnusable` if the model cannot be read or NNCF is not installed, `VideoUnreadable` if a clip cannot be read.
    """
    # Imported here: importing the room must not import an engine library.
    from onwatch_detector.detect.engines.openvino_model import read_model
    from onwatch_detector.detect.engines.quiet_openvino import openvino as ov

    nncf = _nncf(model, import_module)
    network, form = read_model(model, ov.Core(), EngineOptions())
    inputs = [form.tensor(picture) for picture in sample_pictures(clips, pictures)]
    quantized = nncf.quantize(
        network,
        nncf.Dataset(inputs),
        preset=nncf.QuantizationPreset.MIXED,  # activations such as SiLU are not symmetric
        subset_size=len(inputs),
        ignored_scope=nncf.IgnoredScope(types=["Sigmoid"], patterns=_head_arithmetic(network), validate=False),
    )
    ov.save_model(quantized, target)


def sample_pictures(clips: Sequence[Path], pictures: int) -> Iterator[Picture]:
    """At most so many pictures in total, `PICTURES_PER_S` per second of each clip."""
    for clip in clips:
        reader = VideoReader(clip, taken_per_second=PICTURES_PER_S)
        try:
            yield from (frame.picture for frame in islice(iter(reader.read, None), pictures // len(clips)))
        finally:
            reader.close()


def compare(one: Engine, other: Engine, pictures: Iterator[Picture]) -> Agreement:
    """Run both engines on the pictures and compare their boxes."""
    boxes = again = found = 0
    for picture in pictures:
        expected, detected = one.detect(picture), other.detect(picture)
        boxes, found = boxes + len(expected), found + len(detected)
        again += _found_again(expected, detected)
    return Agreement(boxes, again, found - again)


def _nncf(model: Path, import_module: Import) -> Any:
    try:
        return import_module("nncf")
    except ImportError as error:
        advice = "`pip install onwatch-detector[quantize]`"
        raise ModelUnusable(model, f"quantizing needs NNCF: {advice}; {error}") from error


def _head_arithmetic(network: Any) -> list[str]:
    """Box arithmetic of an Ultralytics head, in pixels: 8 bits are too few. Ultralytics' export excludes it, too."""
    numbers = [int(n) for op in network.get_ops() for n in re.findall(r"/model\.(\d+)/", op.get_friendly_name())]
    if not numbers:
        return []
    head = rf".*model\.{max(numbers)}/"
    return [rf"{head}.*(Add|Sub|Mul|Div).*", rf"{head}dfl.*"]


def _found_again(expected: Detections, detected: Detections) -> int:
    """How many expected boxes have a detected box of their own; the best pairs first."""
    overlaps = _overlaps(expected.boxes, detected.boxes)
    same = np.array([[a == b for b in detected.vehicle_types] for a in expected.vehicle_types], bool)
    overlaps *= same.reshape(overlaps.shape)
    again = 0
    while overlaps.size and overlaps.max() > SAME_IOU:
        row, column = np.unravel_index(overlaps.argmax(), overlaps.shape)
        overlaps[row, :] = overlaps[:, column] = 0
        again += 1
    return again


def _overlaps(one: Floats, other: Floats) -> Floats:
    """Intersection over union, N x M."""
    least = np.maximum(one[:, None, :2], other[None, :, :2])
    most = np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = np.clip(most - least, 0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (one, other)]
    overlaps: Floats = shared / (areas[0][:, None] + areas[1][None] - shared)
    return overlaps

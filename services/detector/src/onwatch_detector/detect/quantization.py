"""Makes an INT8 model from a float one, calibrated on clips of the camera it is for. Needs NNCF, an optional extra."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from onwatch_detector.detect.engines import Detections, Engine, ModelUnusable
from onwatch_detector.detect.engines.openvino_engine import read_model
from onwatch_detector.detect.engines.port import Floats
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov
from onwatch_detector.read.decoder import Picture, VideoReader

Import = Callable[[str], Any]

PICTURES = 300  # NNCF's own default: more changes little
PICTURES_PER_S = 2.0  # of video: neighbours show the same
SAME_IOU = 0.7


@dataclass(frozen=True)
class Agreement:
    """How far another model finds what the first finds."""

    boxes: int
    found_again: int
    """With the same type, and an IoU over 0.7."""
    others: int


def quantize(
    model: Path,
    clips: Sequence[Path],
    target: Path,
    *,
    pictures: int = PICTURES,
    import_module: Import = import_module,
) -> None:
    """Write the INT8 model to `target` (`.xml`, weights beside it). Blocks for minutes.

    `ModelUnusable` where the model cannot be read or NNCF is not installed, `VideoUnreadable` where a clip cannot.
    """
    nncf = _nncf(model, import_module)
    network, form = read_model(model, ov.Core())
    inputs = [form.tensor(picture) for picture in sample(clips, pictures)]
    quantized = nncf.quantize(
        network,
        nncf.Dataset(inputs),
        preset=nncf.QuantizationPreset.MIXED,  # activations such as SiLU are not symmetric
        subset_size=len(inputs),
        ignored_scope=nncf.IgnoredScope(types=["Sigmoid"], patterns=_head_arithmetic(network), validate=False),
    )
    ov.save_model(quantized, target)


def sample(clips: Sequence[Path], pictures: int) -> Iterator[Picture]:
    """Pictures from all clips, some of each second, no more than so many."""
    for clip in clips:
        reader = VideoReader(clip, taken_per_second=PICTURES_PER_S)
        try:
            yield from (frame.picture for frame in islice(iter(reader.read, None), pictures // len(clips)))
        finally:
            reader.close()


def compare(one: Engine, other: Engine, pictures: Iterator[Picture]) -> Agreement:
    """Run both over the pictures."""
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
        raise ModelUnusable(model, f"making it INT8 needs NNCF: {advice}; {error}") from error


def _head_arithmetic(network: Any) -> list[str]:
    """Box arithmetic of an Ultralytics head, in pixels: 8 bits are too few. Their own export leaves it out, too."""
    numbers = [int(n) for op in network.get_ops() for n in re.findall(r"/model\.(\d+)/", op.get_friendly_name())]
    if not numbers:
        return []
    head = rf".*model\.{max(numbers)}/"
    return [rf"{head}.*(Add|Sub|Mul|Div).*", rf"{head}dfl.*"]


def _found_again(expected: Detections, detected: Detections) -> int:
    """How many of the expected have a box of their own among the detected; the best pairs first."""
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

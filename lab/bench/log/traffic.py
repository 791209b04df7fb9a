"""Tracked boxes for an hour: those of a model on real clips, repeated, and drawn ones with the jitter of a detector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from onwatch_counting.log import CONFIDENCE_STEPS, RESOLUTION, LoggedBox, LoggedPicture
from onwatch_detector.count import Tracker
from onwatch_detector.detect.engines import open_engine
from onwatch_detector.read import VideoReader

BOXES = 10
PICTURES_PER_S = 25
CLIPS = ("blackfriars-a", "elephant-castle", "pentonville", "street")
MODEL = "yolo11n-320-int8"
JITTER = 0.02
"""Of each edge, in sizes of the box, as in the noisy cases of the accuracy benchmark. The model has 0.4 to 0.9 % on the
real clips by the median, and 1.5 to 3.5 % by the standard deviation: few jumps are large."""


def tracked(shared: Path, clip: str) -> list[tuple[LoggedBox, ...]]:
    """The boxes of a clip, picture by picture."""
    engine = open_engine(shared / "models" / f"{MODEL}.onnx", name=MODEL)
    reader, tracker = VideoReader(shared / "media" / f"{clip}.mp4"), Tracker()
    found = []
    while (frame := reader.read()) is not None:
        boxes = tracker.update(engine.detect(frame.picture), frame.timestamp_s, (reader.width, reader.height))
        found.append(tuple(box.logged(reader.width, reader.height) for box in boxes))
    reader.close()
    engine.close()
    return found


def real_hour(clips: Sequence[list[tuple[LoggedBox, ...]]], pictures: int) -> list[LoggedPicture]:
    """Two clips at a time, over and over, each time with tracks of their own; of each picture the ten oldest tracks."""
    hour: list[LoggedPicture] = []
    next_track_id, turn = 1, 0
    while len(hour) < pictures:
        left, right = clips[turn % len(clips)], clips[(turn + 1) % len(clips)]
        numbers: dict[tuple[int, int], int] = {}
        for of_left, of_right in zip(left, right, strict=False):
            both = [(0, box) for box in of_left] + [(1, box) for box in of_right]
            for side, box in both:
                if (side, box.track_id) not in numbers:
                    numbers[side, box.track_id], next_track_id = next_track_id, next_track_id + 1
            renumbered = sorted(box._replace(track_id=numbers[side, box.track_id]) for side, box in both)
            hour.append(LoggedPicture(len(hour) / PICTURES_PER_S, tuple(renumbered[:BOXES])))
        turn += 1
    return hour[:pictures]


def drawn_hour(pictures: int, seed: int = 1) -> list[LoggedPicture]:
    """Ten lanes with a vehicle each, at constant speeds, with the jitter of a detector on every edge."""
    random = np.random.default_rng(seed)
    crossing_s = random.uniform(4, 20, BOXES)
    sizes = random.uniform(0.03, 0.15, BOXES)
    hour = []
    for n in range(pictures):
        passed, along = np.divmod(n / PICTURES_PER_S / crossing_s + np.arange(BOXES) / BOXES, 1.0)
        tops = (np.arange(BOXES) + 0.5) / (BOXES + 2)
        edges = np.stack([along, tops, along + sizes, tops + sizes], axis=1)
        edges += random.normal(0, JITTER, edges.shape) * sizes[:, None]
        steps = np.rint(np.clip(edges, 0, 1) * RESOLUTION).astype(int).tolist()
        confidences = np.rint(np.clip(random.normal(0.75, 0.04, BOXES), 0, 1) * CONFIDENCE_STEPS).astype(int).tolist()
        numbers = (1 + passed * BOXES + np.arange(BOXES)).astype(int).tolist()
        boxes = (
            LoggedBox(number, left, top, right, bottom, confidence, "car", (("car", confidence),))
            for number, (left, top, right, bottom), confidence in zip(numbers, steps, confidences, strict=True)
        )
        hour.append(LoggedPicture(n / PICTURES_PER_S, tuple(sorted(boxes))))
    return hour

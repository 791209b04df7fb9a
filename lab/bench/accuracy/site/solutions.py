"""`ObjectCounter` and `SpeedEstimator` of Ultralytics, in an environment of their own, on given tracks.

usage: python solutions.py FILE   reads a JSON file, writes FILE.out

It stands alone: nothing of Onwatch is imported. Both classes track with a model; here they are given tracks instead.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ |= {"YOLO_AUTOINSTALL": "false", "YOLO_VERBOSE": "false"}

import numpy as np
import torch
from numpy.typing import NDArray
from ultralytics.solutions import solutions as base
from ultralytics.solutions.object_counter import ObjectCounter
from ultralytics.solutions.speed_estimation import SpeedEstimator

Rows = list[tuple[int, float, float, float, float]]
"""Track and edges in pixels."""


class NoModel:
    """In place of a model: its only class."""

    names = {0: "vehicle"}  # noqa: RUF012 as the attribute of a model

    def __init__(self, *_: Any, **__: Any) -> None: ...


class Given:
    """Returns the tracks of the picture that is set."""

    rows: Rows = []  # noqa: RUF012 replaced for each picture

    def extract_tracks(self, _: Any) -> None:
        rows = self.rows
        self.tracks = None
        self.boxes = torch.tensor([edges for _, *edges in rows]).reshape(-1, 4)
        self.track_ids = [track_id for track_id, *_ in rows]
        self.clss = [0] * len(rows)
        self.confs = [0.8] * len(rows)


class GivenCounter(Given, ObjectCounter):  # type: ignore[misc]  # it has no types
    """Counts given tracks, and keeps which of them it counted in the picture and in which direction."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.new: list[tuple[int, bool]] = []

    def count_objects(self, current_centroid: Any, track_id: int, prev_position: Any, cls: int) -> None:
        before = self.in_count, self.out_count
        super().count_objects(current_centroid, track_id, prev_position, cls)
        if (self.in_count, self.out_count) != before:
            self.new.append((track_id, self.in_count > before[0]))


class GivenSpeeds(Given, SpeedEstimator):  # type: ignore[misc]  # it has no types
    """Measures given tracks."""


def crossings(pictures: list[tuple[float, Rows]], gates: dict[str, Any]) -> list[Any]:
    """Gate, whether it is forward, time and track of each count."""
    found = []
    for name, (first, last) in gates.items():
        counter = GivenCounter(region=[first, last], show=False, show_in=False, show_out=False)
        is_vertical = abs(last[0] - first[0]) < abs(last[1] - first[1])
        in_is_forward = first[1] > last[1] if is_vertical else last[0] > first[0]
        for at_s, rows in pictures:
            counter.rows, counter.new = rows, []
            counter.process(_picture())
            found += [(name, is_in == in_is_forward, at_s, track_id) for track_id, is_in in counter.new]
    return found


def speeds(drives: list[dict[str, Any]], metres_per_pixel: float) -> list[float | None]:
    found = []
    for drive in drives:
        estimator = GivenSpeeds(fps=drive["fps"], meter_per_pixel=metres_per_pixel, max_speed=1000, show=False)
        for rows in drive["pictures"]:
            estimator.rows = rows
            estimator.process(_picture())
        found.append(next(iter(estimator.spd.values()), None))
    return found


def _picture() -> NDArray[np.uint8]:
    """Small, because they only draw on it."""
    return np.zeros((36, 64, 3), np.uint8)


def main(file: Path) -> None:
    base.YOLO = NoModel
    given = json.loads(file.read_text())
    answer = {
        "crossings": crossings(given["pictures"], given["gates"]),
        "speeds": speeds(given["drives"], given["metres_per_pixel"]),
    }
    file.with_suffix(".out").write_text(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Pipelines of other libraries, in an environment of their own: track ids and zone membership of given boxes.

usage: python peers.py FOLDER   for each FOLDER/*.npz writes FOLDER/*.json: {pipeline: {"ids": [...], "inside": [...]}}

It stands alone: nothing of Onwatch is imported, and supervision here is the last one that has ByteTrack.
"""

from __future__ import annotations

import json
import sys
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

Rows = tuple[list[int], list[bool]]
UNTRACKED = -1


class Boxes:
    """A clip's detections: `frames()` yields edges, confidences and classes of each frame."""

    def __init__(self, file: Path) -> None:
        given = np.load(file)
        self.edges, self.confidences, self.classes = given["edges"], given["confidences"], given["classes"]
        self.counts, self.fps, self.size = given["counts"], float(given["fps"]), given["size"]
        self.polygon = np.rint(given["roi"] * given["size"]).astype(np.int64)
        self.centre = bool(given["centre"])

    def frames(self) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
        ends = np.cumsum(self.counts)
        for begin, end in zip(ends - self.counts, ends, strict=True):
            yield self.edges[begin:end], self.confidences[begin:end], self.classes[begin:end]


def supervision_bytetrack(boxes: Boxes) -> Rows:
    """`sv.ByteTrack` with the true frame rate and otherwise default settings, and `sv.PolygonZone`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it announces its own deprecation
        tracker = sv.ByteTrack(frame_rate=boxes.fps)
    anchor = sv.Position.CENTER if boxes.centre else sv.Position.BOTTOM_CENTER
    zone = sv.PolygonZone(boxes.polygon, triggering_anchors=(anchor,))
    ids, inside = [], []
    for edges, confidences, classes in boxes.frames():
        row_ids, row_inside = [UNTRACKED] * len(edges), [False] * len(edges)
        data = {"row": np.arange(len(edges))}
        given = sv.Detections(xyxy=edges, confidence=confidences, class_id=classes, data=data)
        tracked = tracker.update_with_detections(given)
        if len(tracked):
            hits = zone.trigger(tracked)
            for row, track_id, hit in zip(tracked.data["row"], tracked.tracker_id, hits, strict=True):
                row_ids[int(row)], row_inside[int(row)] = int(track_id), bool(hit)
        ids += row_ids
        inside += row_inside
    return ids, inside


def _ultralytics(make: Callable[[float], Any]) -> Callable[[Boxes], Rows]:
    def run(boxes: Boxes) -> Rows:
        from ultralytics.engine.results import Boxes as Results

        tracker = make(boxes.fps)
        shape = int(boxes.size[1]), int(boxes.size[0])
        nothing = np.zeros((*shape, 3), np.uint8)
        ids, inside = [], []
        for edges, confidences, classes in boxes.frames():
            row_ids, row_inside = [UNTRACKED] * len(edges), [False] * len(edges)
            data = np.concatenate([edges, confidences[:, None], classes[:, None]], axis=1).astype(np.float32)
            for track in tracker.update(Results(data.reshape(-1, 6), shape), nothing):
                row = int(track[-1])
                row_ids[row], row_inside[row] = int(track[4]), _in_region(track[:4], boxes)
            ids += row_ids
            inside += row_inside
        return ids, inside

    return run


def _in_region(edges: NDArray[Any], boxes: Boxes) -> bool:
    """The box of the tracker, as in its results, with the anchor point of the ground truth."""
    left, top, right, bottom = (float(edge) for edge in edges)
    point = ((left + right) / 2, (top + bottom) / 2 if boxes.centre else bottom)
    return cv2.pointPolygonTest(boxes.polygon.astype(np.float32), point, measureDist=False) >= 0


def _settings(name: str) -> Namespace:
    from ultralytics.utils import ROOT, YAML

    return Namespace(**YAML.load(ROOT / "cfg" / "trackers" / f"{name}.yaml"))


def _ultralytics_bytetrack(fps: float) -> Any:
    from ultralytics.trackers.byte_tracker import BYTETracker

    return _made(BYTETracker, "bytetrack", fps)


def _ultralytics_botsort(fps: float) -> Any:
    from ultralytics.trackers.bot_sort import BOTSORT

    return _made(BOTSORT, "botsort", fps, gmc_method="none")  # motion compensation needs pictures


def _made(tracker: Callable[..., Any], name: str, fps: float, **changed: Any) -> Any:
    settings = _settings(name)
    vars(settings).update(changed)
    try:
        return tracker(settings, frame_rate=round(fps))
    except TypeError:  # newer versions have the rate in their settings only
        return tracker(settings)


PEERS: dict[str, Callable[[Boxes], Rows]] = {"supervision ByteTrack": supervision_bytetrack}
ULTRALYTICS: dict[str, Callable[[Boxes], Rows]] = {
    "ultralytics ByteTrack": _ultralytics(_ultralytics_bytetrack),
    "ultralytics BoT-SORT": _ultralytics(_ultralytics_botsort),
}


def available() -> dict[str, Callable[[Boxes], Rows]]:
    """The pipelines whose libraries are installed."""
    try:
        import ultralytics  # noqa: F401 checks only that it is installed
    except ImportError:
        return PEERS
    return PEERS | ULTRALYTICS


def main(folder: Path) -> None:
    peers = available()
    for file in sorted(folder.glob("*.npz")):
        boxes = Boxes(file)
        found = {name: dict(zip(("ids", "inside"), run(boxes), strict=True)) for name, run in peers.items()}
        file.with_suffix(".json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

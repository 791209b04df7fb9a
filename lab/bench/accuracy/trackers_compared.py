"""Other trackers of the library `trackers` on the same boxes, counted by Onwatch's zone rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import supervision as sv
from trackers import BoTSORTTracker, ByteTrackTracker, CBIoUTracker, OCSORTTracker

from bench.accuracy.clips import Clip, Frame
from bench.accuracy.counting import UNTRACKED, Ids
from onwatch_detector.count import ACTIVATION_CONFIDENCE, HIGH_CONFIDENCE, MIN_SIMILARITY

# Tracks start as early as Onwatch's own, because the zone rules confirm them.
EAGER = {"lost_track_buffer": 30, "frame_rate": 30.0, "minimum_consecutive_frames": 1}
SURE = {"track_activation_threshold": ACTIVATION_CONFIDENCE, "high_conf_det_threshold": HIGH_CONFIDENCE}

TRACKERS: Mapping[str, Callable[[], Any]] = {
    "ByteTrack, defaults": ByteTrackTracker,
    "ByteTrack, eager": lambda: ByteTrackTracker(**EAGER, **SURE, minimum_iou_threshold=MIN_SIMILARITY),
    "OC-SORT, eager": lambda: OCSORTTracker(
        **EAGER, minimum_iou_threshold=MIN_SIMILARITY, high_conf_det_threshold=HIGH_CONFIDENCE
    ),
    "BoT-SORT, eager": lambda: BoTSORTTracker(**EAGER, **SURE, enable_cmc=False),
    "C-BIoU, eager": lambda: CBIoUTracker(**EAGER, **SURE),
}


def ids_of(name: str, clip: Clip) -> Ids:
    """The named tracker's tracks of the clip's boxes; it gets the time of each frame."""
    tracker = TRACKERS[name]()
    return [_ids(tracker, frame) for frame in clip.frames]


def _ids(tracker: Any, frame: Frame) -> list[int]:
    found = frame.detections
    rows = np.arange(len(found), dtype=np.int64)
    given = sv.Detections(xyxy=found.boxes, confidence=found.confidences, class_id=rows)
    tracked = tracker.update(given, timestamp=frame.timestamp_s)
    ids = [UNTRACKED] * len(found)
    if tracked.tracker_id is not None:
        for row, track_id in zip(tracked.class_id, tracked.tracker_id, strict=True):
            ids[int(row)] = int(track_id)
    return ids

"""Tracks vehicles: the same vehicle has the same track id in every frame. ByteTrack, from the library `trackers`.

The library's defaults suit a strong detector at 30 frames per second. Here a track has its id from its first
detection on (the zone rules confirm it, and date back to it), everything is in seconds of video time, and how far a
vehicle may jump depends on the time between two frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import supervision as sv
from numpy.typing import NDArray
from trackers import ByteTrackTracker
from trackers.core.bytetrack.tracklet import ByteTrackTracklet
from trackers.utils.iou import BIoU

from onwatch_counting.log import CONFIDENCE_STEPS, RESOLUTION, LoggedBox
from onwatch_detector.detections import TYPES, Detections

SNAPSHOT_VERSION = 1
UNTRACKED = -1  # the library's id for a detection or track that has none

LOST_AFTER_S = 1.0  # as long as the zone rules wait for a lost vehicle
# A track of a single detection has no velocity: it ends soon, because another vehicle may appear at its place.
LOST_AFTER_ONE_S = 0.2
ACTIVATION_CONFIDENCE = 0.3  # begins a track; the library's 0.7 misses most vehicles of real clips
HIGH_CONFIDENCE = 0.3  # matched first; detections below it only continue unmatched tracks
MIN_SIMILARITY = 0.2

# The time unit inside the library's filters, whatever the video's own rate: velocities are in pixels per 1/30 s.
REFERENCE_FPS = 30.0

# Variance of a new track's velocity (pixels per 1/30 s, squared). The library's 1 assumes that everything stands still,
# and needs many frames to learn the speed of a car; with this value two detections are enough.
VELOCITY_VARIANCE = 400.0

# How much boxes are enlarged on every side before they are compared: in box sizes, per second between two frames.
# Enlarged by m, two boxes still touch when they are 1 + 2m sizes apart.
MARGIN_PER_S = 2.5
MAX_MARGIN = 0.6


class TrackerStateError(ValueError):
    """The tracker state of a checkpoint cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class TrackedBox:
    """A detection that belongs to a track; edges in pixels."""

    track_id: int
    left: float
    top: float
    right: float
    bottom: float
    confidence: float
    vehicle_type: str
    scores: tuple[float, ...] = ()
    """Evidence for each of `columns`."""
    columns: tuple[str, ...] = TYPES

    def logged(self, width: int, height: int) -> LoggedBox:
        """The same at the resolution of the log, in fractions of a picture of the given size."""
        left, right = _steps_between(self.left, self.right, width)
        top, bottom = _steps_between(self.top, self.bottom, height)
        return LoggedBox(
            self.track_id,
            left,
            top,
            right,
            bottom,
            confidence=_confidence_steps(self.confidence),
            vehicle_type=str(self.vehicle_type),
            scores=tuple(
                sorted(self._logged_scores((self.right - self.left) * (self.bottom - self.top) / width / height))
            ),
        )

    def _logged_scores(self, share: float) -> Iterator[tuple[str, int]]:
        """The log has the scores without the share of the picture that the box covers."""
        for kind, evidence in zip(self.columns, self.scores, strict=False):
            if evidence > 0:
                yield str(kind), max(1, _confidence_steps(evidence / share))


class Tracker:
    """The tracks of one run; never shared between runs."""

    def __init__(self) -> None:
        self._timestamp_s: float | None = None
        self._next_track_id = 1
        self._seen_once: set[int] = set()
        self._likeness = BIoU()
        self._library = ByteTrackTracker(
            lost_track_buffer=round(LOST_AFTER_S * 30),  # the library counts it in frames of 1/30 s
            frame_rate=REFERENCE_FPS,
            track_activation_threshold=ACTIVATION_CONFIDENCE,
            minimum_consecutive_frames=1,
            minimum_iou_threshold=MIN_SIMILARITY,
            high_conf_det_threshold=HIGH_CONFIDENCE,
            iou=self._likeness,
        )

    def update(self, detections: Detections, timestamp_s: float) -> tuple[TrackedBox, ...]:
        """Process the detections of a frame and return those that belong to a track, ordered by track id.

        Call it for every analysed frame, also those without a vehicle. ValueError if time does not increase.
        """
        if self._timestamp_s is not None and timestamp_s <= self._timestamp_s:
            raise ValueError(f"frame at {timestamp_s} s after one at {self._timestamp_s} s: time must increase")
        self._likeness.buffer_ratio = self._margin(timestamp_s)
        found = self._library.update(_for_library(detections), timestamp=timestamp_s)
        self._timestamp_s = timestamp_s
        rows = _rows_by_track(found)
        self._seen_once.difference_update(rows)
        rows |= self._name_new_tracks(detections, set(range(len(detections))) - set(rows.values()))
        self._drop_unsure_tracks()
        return tuple(_tracked_box(track_id, detections, row) for track_id, row in sorted(rows.items()))

    def snapshot(self) -> dict[str, Any]:
        """The complete state, JSON only; a restored tracker continues exactly as this one would."""
        return {
            "version": SNAPSHOT_VERSION,
            "timestamp_s": self._timestamp_s,
            "next_track_id": self._next_track_id,
            "seen_once": sorted(self._seen_once),
            "tracks": [_track_to_json(track) for track in self._library.tracks],
        }

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any]) -> Self:
        """The tracker of a snapshot; `TrackerStateError` if that is damaged or of another version."""
        if snapshot.get("version") != SNAPSHOT_VERSION:
            raise TrackerStateError(
                f"tracker state of version {snapshot.get('version')!r}, expected {SNAPSHOT_VERSION}"
            )
        tracker = cls()
        try:
            tracker._timestamp_s = snapshot["timestamp_s"]
            tracker._next_track_id = int(snapshot["next_track_id"])
            tracker._seen_once = set(snapshot["seen_once"])
            tracks = [_track_from_json(track) for track in snapshot["tracks"]]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise TrackerStateError(f"tracker state is damaged: {error!r}") from error
        if tracker._timestamp_s is not None:  # an update without tracks or boxes only sets the clock
            tracker._library.update(sv.Detections.empty(), timestamp=tracker._timestamp_s)
        tracker._library.tracks = tracks
        return tracker

    def _margin(self, timestamp_s: float) -> float:
        if self._timestamp_s is None:
            return 0.0  # there are no tracks to compare with in the first frame
        return min(MAX_MARGIN, MARGIN_PER_S * (timestamp_s - self._timestamp_s))

    def _name_new_tracks(self, detections: Detections, free_rows: set[int]) -> dict[int, int]:
        """Give ids to the tracks that began in this frame; returns the row each began with."""
        rows: dict[int, int] = {}
        for track in self._library.tracks:
            if track.tracker_id == UNTRACKED:
                row = next(r for r in sorted(free_rows) if np.array_equal(detections.boxes[r], track.get_state_bbox()))
                free_rows.remove(row)
                rows[self._next_track_id] = row
                _begin(track, self._next_track_id)
                self._seen_once.add(self._next_track_id)
                self._next_track_id += 1
        return rows

    def _drop_unsure_tracks(self) -> None:
        self._library.tracks = [
            track
            for track in self._library.tracks
            if track.tracker_id not in self._seen_once or track.time_since_update_seconds < LOST_AFTER_ONE_S
        ]
        self._seen_once.intersection_update(track.tracker_id for track in self._library.tracks)


def _rows_by_track(found: sv.Detections) -> dict[int, int]:
    """The row of each known track."""
    if not len(found):
        return {}
    pairs = zip(found.tracker_id.tolist(), found.class_id.tolist(), strict=True)
    return {track_id: row for track_id, row in pairs if track_id != UNTRACKED}


def _steps_between(low: float, high: float, size: int) -> tuple[int, int]:
    """Two edges in steps of the log, at least one step apart: the rules divide by sizes."""
    first, last = (round(min(1.0, max(0.0, edge / size)) * RESOLUTION) for edge in (low, high))
    first = min(first, RESOLUTION - 1)
    return first, max(last, first + 1)


def _confidence_steps(confidence: float) -> int:
    return min(CONFIDENCE_STEPS, round(confidence * CONFIDENCE_STEPS))


def _for_library(detections: Detections) -> sv.Detections:
    """The same boxes; their class ids are the rows, to find them again."""
    return sv.Detections(
        xyxy=detections.boxes, confidence=detections.confidences, class_id=np.arange(len(detections), dtype=np.int64)
    )


def _tracked_box(track_id: int, detections: Detections, row: int) -> TrackedBox:
    left, top, right, bottom = detections.boxes[row].tolist()
    return TrackedBox(
        track_id=track_id,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        confidence=float(detections.confidences[row]),
        vehicle_type=detections.vehicle_types[row],
        scores=tuple(detections.scores[row].tolist()),
        columns=detections.columns,
    )


def _begin(track: ByteTrackTracklet, track_id: int) -> None:
    track.tracker_id = track_id
    variances = track.state_estimator.kf.state_covariance.diagonal().copy()
    variances[4:] = VELOCITY_VARIANCE
    track.state_estimator.set_kf_covariances(state_covariance=np.diag(variances))


def _track_to_json(track: ByteTrackTracklet) -> dict[str, Any]:
    """The complete state of a track. Its covariance is mostly zeros: only [index, value] of the others is kept."""
    covariance: NDArray[np.float64] = track.state_estimator.kf.state_covariance.ravel()
    return {
        "id": track.tracker_id,
        "age": track.age,
        "missed": track.time_since_update,
        "missed_s": track.time_since_update_seconds,
        "hits": track.number_of_successful_consecutive_updates,
        "state": track.state_estimator.kf.state.ravel().tolist(),
        "covariance": [[int(i), float(covariance[i])] for i in np.flatnonzero(covariance)],
    }


def _track_from_json(state: Mapping[str, Any]) -> ByteTrackTracklet:
    values = np.array(state["state"], dtype=np.float64)
    track = ByteTrackTracklet(values[:4])
    track.tracker_id, track.age, track.time_since_update = int(state["id"]), int(state["age"]), int(state["missed"])
    track.time_since_update_seconds = float(state["missed_s"])
    track.number_of_successful_consecutive_updates = int(state["hits"])
    filter_ = track.state_estimator.kf
    filter_.state = values.reshape(filter_.state.shape)
    filter_.state_covariance = _covariance(state["covariance"], filter_.dim_x)
    return track


def _covariance(entries: Sequence[tuple[int, float]], size: int) -> NDArray[np.float64]:
    covariance = np.zeros(size * size, dtype=np.float64)
    for index, value in entries:
        covariance[index] = value
    return covariance.reshape(size, size)

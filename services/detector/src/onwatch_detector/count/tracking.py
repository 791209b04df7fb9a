"""Tracks vehicles: the same vehicle has the same track id in every frame. ByteTrack, from the library `trackers`.

The library's defaults suit a strong detector at 30 frames per second. Here a track has its id from its first detection
on (the zone rules confirm it, and date back to it), unless it is tentative: it may be a false detection (`tentative`).
Everything is in seconds of video time, and how far a vehicle may jump depends on the time between two frames. A
detection below the threshold of the engine continues a track that has no better one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import supervision as sv
from numpy.typing import NDArray
from trackers import ByteTrackTracker
from trackers.core.bytetrack.tracklet import ByteTrackTracklet
from trackers.utils.iou import BIoU

from onwatch_counting.log import CONFIDENCE_STEPS, RESOLUTION, LoggedBox
from onwatch_detector.count.overlap import overlaps
from onwatch_detector.count.parts import show_vehicles
from onwatch_detector.count.tentative import Candidate, Scene, is_vehicle
from onwatch_detector.detections import TYPES, Detections
from onwatch_geometry import Box

Ints = NDArray[np.int64]

SNAPSHOT_VERSION = 1
UNTRACKED = -1  # the library's id for a detection or track that has none

LOST_AFTER_S = 1.0  # as long as the zone rules wait for a lost vehicle
# A track of a single detection has no velocity: it ends soon, because another vehicle may appear at its place.
LOST_AFTER_ONE_S = 0.2
ACTIVATION_CONFIDENCE = 0.3  # begins a track; the library's 0.7 misses most vehicles of real clips
HIGH_CONFIDENCE = 0.3  # matched first; detections below it only continue unmatched tracks
NEVER = 2.0  # a confidence that no detection has

# Where a vehicle was last seen, it is looked for once more: stop-and-go traffic brakes, and prediction goes on.
FOUND_IOU = 0.3
WEAK_FOUND_IOU = 0.4  # for detections below the threshold of the engine

TENTATIVE_LOST_AFTER_S = 1.0  # a track that may be no vehicle
LEFT_AFTER_S = 5.0  # as long as the zone rules wait for a vehicle that stood

# The time unit inside the library's filters, whatever the video's own rate: velocities are in pixels per 1/30 s.
REFERENCE_FPS = 30.0

# Variance of a new track's velocity (pixels per 1/30 s, squared). The library's 1 assumes that everything stands still,
# and needs many frames to learn the speed of a car; with this value two detections are enough.
VELOCITY_VARIANCE = 400.0

# How much boxes are enlarged on every side before they are compared: in box sizes, per second between two frames.
# Enlarged by m, two boxes still touch when they are 1 + 2m sizes apart.
MARGIN_PER_S = 2.5
MAX_MARGIN = 0.6
# How alike they must be then (their overlap as IoU), times 1 - m: from one picture to the next at full rate a vehicle
# changes its place by little, and another box is rather another vehicle's.
SIMILARITY = 0.33
MIN_SIMILARITY = 0.2


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
        self._last_boxes: dict[int, Box] = {}
        """Where each track was last seen."""
        self._left: list[tuple[Box, float]] = []
        """Where tracks that have ended were last seen, and when they ended."""
        self._candidates: dict[int, Candidate] = {}
        self._next_candidate_id = 1
        self._likeness = BIoU()
        self._library = _library(HIGH_CONFIDENCE, NEVER, LOST_AFTER_S, self._likeness)
        self._tentative = _library(0.0, 0.0, TENTATIVE_LOST_AFTER_S, self._likeness)

    def update(
        self, detections: Detections, timestamp_s: float, size: tuple[int, int] | None = None
    ) -> tuple[TrackedBox, ...]:
        """Process the detections of a frame and return those that belong to a track, ordered by track id.

        Call it for every analysed frame, also those without a vehicle. `size` is that of the picture: a vehicle that
        comes over its border is a vehicle at once. ValueError if time does not increase.
        """
        if self._timestamp_s is not None and timestamp_s <= self._timestamp_s:
            raise ValueError(f"frame at {timestamp_s} s after one at {self._timestamp_s} s: time must increase")
        self._likeness.buffer_ratio = margin = self._margin(timestamp_s)
        for library in (self._library, self._tentative):
            library.minimum_iou_threshold = max(MIN_SIMILARITY, SIMILARITY * (1 - margin))
        rows = self._continued(detections, timestamp_s)
        rows |= self._found_again(detections, rows)
        self._seen_once.difference_update(rows)
        candidates = self._continued_candidates(detections, _free(detections, rows), rows, timestamp_s)
        self._timestamp_s = timestamp_s
        rows |= self._promoted(detections, candidates, timestamp_s, size)
        self._drop_unsure_tracks()
        self._remember(detections, rows, timestamp_s)
        return tuple(_tracked_box(track_id, detections, row) for track_id, row in sorted(rows.items()))

    def rest(self, timestamp_s: float) -> None:
        """Let the time of a picture pass in which nothing has moved: tracks stay, and none is missed for longer."""
        self._timestamp_s = timestamp_s
        for library in (self._library, self._tentative):
            _set_clock(library, timestamp_s)

    def snapshot(self) -> dict[str, Any]:
        """The complete state, JSON only; a restored tracker continues exactly as this one would."""
        return {
            "version": SNAPSHOT_VERSION,
            "timestamp_s": self._timestamp_s,
            "next_track_id": self._next_track_id,
            "seen_once": sorted(self._seen_once),
            "tracks": [_track_to_json(track) for track in self._library.tracks],
            "last_boxes": [[track_id, *box] for track_id, box in self._last_boxes.items()],
            "left": [[*box, at_s] for box, at_s in self._left],
            "next_candidate_id": self._next_candidate_id,
            "candidates": [
                [_track_to_json(track), asdict(self._candidates[track.tracker_id])] for track in self._tentative.tracks
            ],
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
            tentative = tracker._restore_rest(snapshot)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise TrackerStateError(f"tracker state is damaged: {error!r}") from error
        tracker._library.tracks, tracker._tentative.tracks = tracks, tentative
        if tracker._timestamp_s is not None:
            tracker.rest(tracker._timestamp_s)
        return tracker

    def _restore_rest(self, snapshot: Mapping[str, Any]) -> list[ByteTrackTracklet]:
        """What snapshots of earlier versions lack; returns the tracks of candidates."""
        self._last_boxes = {int(state[0]): _corners(state[1:]) for state in snapshot.get("last_boxes", ())}
        self._left = [(_corners(state[:4]), float(state[4])) for state in snapshot.get("left", ())]
        self._next_candidate_id = int(snapshot.get("next_candidate_id", 1))
        tentative = []
        for track, state in snapshot.get("candidates", ()):
            tentative.append(_track_from_json(track))
            self._candidates[tentative[-1].tracker_id] = Candidate(**{**state, "box": _corners(state["box"])})
        return tentative

    def _margin(self, timestamp_s: float) -> float:
        if self._timestamp_s is None:
            return 0.0  # there are no tracks to compare with in the first frame
        return min(MAX_MARGIN, MARGIN_PER_S * (timestamp_s - self._timestamp_s))

    def _continued(self, detections: Detections, timestamp_s: float) -> dict[int, int]:
        """The rows of tracks that go on, by the library."""
        sure = np.flatnonzero(detections.confidences >= detections.threshold)
        return _rows_by_track(self._library.update(_for_library(detections, sure), timestamp=timestamp_s))

    def _found_again(self, detections: Detections, rows: Mapping[int, int]) -> dict[int, int]:
        """The rows of tracks that go on where they were predicted or last seen, nearest pairs first."""
        lost = [
            track
            for track in self._library.tracks
            if track.tracker_id not in rows and track.tracker_id not in self._seen_once
        ]
        free = _free(detections, rows)
        if not lost or not len(free):
            return {}
        boxes = detections.boxes[free].astype(np.float64)
        predicted = np.array([track.get_state_bbox() for track in lost])
        last = np.array([self._last_boxes.get(track.tracker_id, track.get_state_bbox()) for track in lost])
        at_predicted, at_last = overlaps(predicted, boxes), overlaps(last, boxes)
        enough = np.where(detections.confidences[free] >= detections.threshold, FOUND_IOU, WEAK_FOUND_IOU)
        likeness = np.maximum(at_predicted, at_last)
        pairs = sorted(
            (-likeness[place, column], lost[place].tracker_id, int(free[column]), place, column)
            for place, column in np.argwhere(likeness >= enough).tolist()
        )
        found: dict[int, int] = {}
        for _, track_id, row, place, column in pairs:
            if track_id in found or row in found.values():
                continue
            found[track_id] = row
            if at_predicted[place, column] >= enough[column]:
                lost[place].update(boxes[column])
            else:
                self._restart(lost[place], boxes[column])
        return found

    def _restart(self, track: ByteTrackTracklet, box: NDArray[np.float64]) -> None:
        """Its prediction was wrong: learn its velocity again."""
        restarted = _tracklet(box, track.tracker_id)
        restarted.age = track.age
        self._library.tracks[self._library.tracks.index(track)] = restarted

    def _continued_candidates(
        self, detections: Detections, free: Ints, rows: Mapping[int, int], timestamp_s: float
    ) -> dict[int, int]:
        """The rows of candidates, old and new ones; all in `_tentative` are counted as seen or unseen."""
        given = _without_followed(detections, free, list(rows.values()))
        found = _rows_by_track(self._tentative.update(_for_library(detections, given), timestamp=timestamp_s))
        new = set(given.tolist()) - set(found.values())
        for track in self._tentative.tracks:
            if track.tracker_id == UNTRACKED:
                row = next(r for r in sorted(new) if np.array_equal(detections.boxes[r], track.get_state_bbox()))
                new.remove(row)
                found[self._next_candidate_id] = row
                _begin(track, self._next_candidate_id)
                self._candidates[self._next_candidate_id] = Candidate(_box(detections, row), timestamp_s)
                self._next_candidate_id += 1
            self._candidates[track.tracker_id].pictures += 1
        return found

    def _promoted(
        self,
        detections: Detections,
        candidates: Mapping[int, int],
        timestamp_s: float,
        size: tuple[int, int] | None,
    ) -> dict[int, int]:
        """Make tracks of the candidates that are vehicles; returns the row of each."""
        begins = max(ACTIVATION_CONFIDENCE, detections.threshold)
        scene = Scene(timestamp_s, size, begins, tuple(box for box, _ in self._left))
        rows: dict[int, int] = {}
        tentative = []
        for track in self._tentative.tracks:
            candidate, row = self._candidates[track.tracker_id], candidates.get(track.tracker_id)
            if row is None:
                if candidate.detections > 1 or track.time_since_update_seconds < LOST_AFTER_ONE_S:
                    tentative.append(track)
                continue
            confidence = float(detections.confidences[row])
            candidate.see(confidence)
            if not is_vehicle(candidate, _box(detections, row), confidence, scene):
                tentative.append(track)
                continue
            if candidate.detections == 1:
                self._seen_once.add(self._next_track_id)
            track.tracker_id = self._next_track_id
            rows[self._next_track_id] = row
            self._next_track_id += 1
            self._library.tracks.append(track)
        self._tentative.tracks = tentative
        self._candidates = {track.tracker_id: self._candidates[track.tracker_id] for track in tentative}
        return rows

    def _remember(self, detections: Detections, rows: Mapping[int, int], timestamp_s: float) -> None:
        """Where tracks are, and where those that have ended were."""
        self._last_boxes |= {track_id: _box(detections, row) for track_id, row in rows.items()}
        known = {track.tracker_id for track in self._library.tracks}
        ended = [self._last_boxes.pop(track_id) for track_id in sorted(self._last_boxes.keys() - known)]
        since_s = timestamp_s - LEFT_AFTER_S
        self._left = [(box, at_s) for box, at_s in self._left if at_s >= since_s]
        self._left += [(box, timestamp_s) for box in ended]

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


def _library(high: float, begins: float, lost_after_s: float, likeness: BIoU) -> ByteTrackTracker:
    return ByteTrackTracker(
        lost_track_buffer=round(lost_after_s * 30),  # the library counts it in frames of 1/30 s
        frame_rate=REFERENCE_FPS,
        track_activation_threshold=begins,
        minimum_consecutive_frames=1,
        high_conf_det_threshold=high,
        iou=likeness,
    )


def _set_clock(library: ByteTrackTracker, timestamp_s: float) -> None:
    """An update without tracks or boxes does nothing else."""
    tracks, library.tracks = library.tracks, []
    library.update(sv.Detections.empty(), timestamp=timestamp_s)
    library.tracks = tracks


def _for_library(detections: Detections, rows: Ints) -> sv.Detections:
    """The boxes of these rows; their class ids are the rows, to find them again."""
    return sv.Detections(xyxy=detections.boxes[rows], confidence=detections.confidences[rows], class_id=rows)


def _free(detections: Detections, rows: Mapping[int, int]) -> Ints:
    """Rows without a track."""
    return np.asarray(np.setdiff1d(np.arange(len(detections)), list(rows.values())), np.int64)


def _without_followed(detections: Detections, free: Ints, used: Sequence[int]) -> Ints:
    """Without boxes that show a vehicle with a track: they begin none."""
    boxes, vehicles = (detections.boxes[rows].astype(np.float64) for rows in (free, list(used)))
    is_weak = detections.confidences[free] < max(ACTIVATION_CONFIDENCE, detections.threshold)
    return np.asarray(free[~show_vehicles(boxes, is_weak, vehicles)], np.int64)


def _box(detections: Detections, row: int) -> Box:
    return _corners(detections.boxes[row].tolist())


def _corners(edges: Sequence[float]) -> Box:
    left, top, right, bottom = edges
    return left, top, right, bottom


def _tracklet(box: NDArray[np.float64], track_id: int) -> ByteTrackTracklet:
    track = ByteTrackTracklet(box)
    _begin(track, track_id)
    return track


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

"""Processes one video frame by frame: detects, tracks, counts. Blocking; one thread at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onwatch_contracts.channel import FrameBox
from onwatch_contracts.values import Checkpoint, RunSettings, ZoneEvent
from onwatch_counting.zones import Observation, ZoneCounter
from onwatch_detector.count import TrackedBox, Tracker
from onwatch_detector.detect.sources import DetectionSource
from onwatch_detector.errors import CheckpointUnreadable
from onwatch_detector.read import Frame, Position, VideoReader
from onwatch_detector.work.prefetch import Prefetcher

STATE_VERSION = 2
TIME_DIGITS = 6  # microseconds
BOX_DIGITS = 4  # a tenth of a pixel in a picture 1,000 pixels wide; keeps the frame's header short


@dataclass(frozen=True)
class Step:
    """The result of one frame."""

    frame: Frame
    events: tuple[ZoneEvent, ...]
    boxes: tuple[FrameBox, ...]


class Pipeline:
    """The whole state of a run; nothing else changes it."""

    def __init__(
        self,
        path: Path,
        settings: RunSettings,
        source: DetectionSource,
        checkpoint: Checkpoint | None,
        new_thread: Callable[[], Executor],
    ) -> None:
        """`CheckpointUnreadable` if its state is damaged, of another version of the program, or of other zones."""
        self._settings = settings
        self._source = source
        self._seconds_per_frame = 1.0 / settings.frames_per_second
        self._position_s = checkpoint.position_s if checkpoint else 0.0
        self._tracker = Tracker()
        self._counters = tuple(ZoneCounter(zone) for zone in settings.zones)
        self._position = self._restore(checkpoint.state) if checkpoint and checkpoint.state else Position()
        self._reader = VideoReader(path, self._position, settings.analysed_fps, settings.frames_per_second)
        self._prefetcher = Prefetcher(self._reader, source, new_thread)

    def _restore(self, state: Mapping[str, Any]) -> Position:
        if state.get("version") != STATE_VERSION:
            raise CheckpointUnreadable(f"version {state.get('version')!r}, expected {STATE_VERSION}")
        try:
            self._tracker = Tracker.restore(state["tracker"])
            zones = zip(self._settings.zones, state["zones"], strict=True)
            self._counters = tuple(ZoneCounter.from_json(saved, zone) for zone, saved in zones)
            return Position(**state["position"])
        except (KeyError, TypeError, ValueError) as error:  # the errors of tracker and zones are ValueErrors
            raise CheckpointUnreadable(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        self._prefetcher.close()
        self._source.close()

    def step(self) -> Step | None:
        """Process the next frame; None at the end of the video."""
        if (detected := self._prefetcher.next()) is None:
            self._advance_to(self._reader.decoded_s)
            return None
        frame, self._position = detected.frame, detected.position
        tracked = self._tracker.update(detected.detections, frame.timestamp_s)
        observed = tuple(self._observe(box) for box in tracked)
        events = tuple(event for counter in self._counters for event in counter.observe(frame.timestamp_s, observed))
        self._advance_to(frame.timestamp_s)
        return Step(frame, events, tuple(map(self._frame_box, observed)))

    def _advance_to(self, timestamp_s: float | None) -> None:
        """Set the position to the end of the frame at this time; None: no frame was decoded."""
        if timestamp_s is not None:
            self._position_s = round(timestamp_s + self._seconds_per_frame, TIME_DIGITS)

    def _observe(self, box: TrackedBox) -> Observation:
        return box.observed(self._reader.width, self._reader.height, self._settings.anchor)

    def _frame_box(self, observed: Observation) -> FrameBox:
        left, top, right, bottom = (round(min(1.0, max(0.0, edge)), BOX_DIGITS) for edge in observed.box)
        first = self._counters[0]
        return FrameBox(
            track_id=observed.track_id,
            vehicle_id=first.vehicle_id_of(observed.track_id),
            vehicle_type=observed.vehicle_type,
            confidence=round(min(1.0, observed.confidence), BOX_DIGITS),
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            inside=any(observed.track_id in counter.inside_track_ids for counter in self._counters),
        )

    def finish(self) -> tuple[ZoneEvent, ...]:
        """Close every visit at the end of the video."""
        return tuple(event for counter in self._counters for event in counter.finish(self._position_s))

    def checkpoint(self) -> Checkpoint:
        """The state after the newest step, JSON only."""
        return Checkpoint(
            next_frame=self._position.next_frame,
            position_s=self._position_s,
            state={
                "version": STATE_VERSION,
                "position": asdict(self._position),
                "tracker": self._tracker.snapshot(),
                "zones": [counter.to_json() for counter in self._counters],
            },
        )

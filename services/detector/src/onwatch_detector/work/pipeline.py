"""Processes one video frame by frame: detects, tracks, counts. Blocking; one thread at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onwatch_contracts.channel import FrameBox
from onwatch_contracts.site import Site, SiteCounts
from onwatch_contracts.values import Checkpoint, RunSettings, ZoneEvent
from onwatch_counting.log import LoggedBox, LoggedPicture
from onwatch_counting.site import SiteCounter
from onwatch_detector.count import Tracker
from onwatch_detector.detect.sources import DetectionSource
from onwatch_detector.errors import CheckpointUnreadable
from onwatch_detector.read import Frame, Position, VideoReader
from onwatch_detector.work.prefetch import Prefetcher

STATE_VERSION = 3
TIME_DIGITS = 6  # microseconds
BOX_DIGITS = 4  # a tenth of a pixel in a picture 1,000 pixels wide; keeps the frame's header short


@dataclass(frozen=True)
class Step:
    """The result of one frame."""

    frame: Frame
    picture: LoggedPicture
    """What the log of detections has of it."""
    events: tuple[ZoneEvent, ...]
    """Of the region of interest."""
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
        site: Site | None = None,
    ) -> None:
        """`site`: what a new run counts besides the region of interest; a resumed one keeps its own.

        `CheckpointUnreadable` if its state is damaged, of another version of the program, or of other zones.
        """
        self._settings = settings
        self._source = source
        self._seconds_per_frame = 1.0 / settings.frames_per_second
        self._position_s = checkpoint.position_s if checkpoint else 0.0
        self._tracker = Tracker()
        self._counter = SiteCounter(_with_region_of(settings, site or Site()))
        self._position = self._restore(checkpoint.state) if checkpoint and checkpoint.state else Position()
        self._reader = VideoReader(path, self._position, settings.analysed_fps, settings.frames_per_second)
        self._prefetcher = Prefetcher(self._reader, source, new_thread)

    def _restore(self, state: Mapping[str, Any]) -> Position:
        if state.get("version") != STATE_VERSION:
            raise CheckpointUnreadable(f"version {state.get('version')!r}, expected {STATE_VERSION}")
        try:
            self._tracker = Tracker.restore(state["tracker"])
            self._counter = SiteCounter.from_json(state["counter"], Site.model_validate(state["site"]))
            return Position(**state["position"])
        except (KeyError, TypeError, ValueError) as error:  # the errors of tracker, site and zones are ValueErrors
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
        tracked = self._tracker.update(
            detected.detections, frame.timestamp_s, (self._reader.width, self._reader.height)
        )
        logged = tuple(box.logged(self._reader.width, self._reader.height) for box in tracked)
        picture = LoggedPicture(frame.timestamp_s, logged)
        events = self._counter.observe(picture)  # counts what the log has, so that counting the log again is the same
        self._advance_to(frame.timestamp_s)
        inside = self._counter.roi.inside_track_ids
        return Step(frame, picture, events, tuple(self._frame_box(box, box.track_id in inside) for box in logged))

    def _advance_to(self, timestamp_s: float | None) -> None:
        """Set the position to the end of the frame at this time; None: no frame was decoded."""
        if timestamp_s is not None:
            self._position_s = round(timestamp_s + self._seconds_per_frame, TIME_DIGITS)

    def _frame_box(self, box: LoggedBox, inside: bool) -> FrameBox:
        observed = box.observation(self._settings.anchor)
        left, top, right, bottom = (round(edge, BOX_DIGITS) for edge in observed.box)
        return FrameBox(
            track_id=box.track_id,
            vehicle_id=self._counter.roi.vehicle_id_of(box.track_id),
            vehicle_type=observed.vehicle_type,
            confidence=round(observed.confidence, BOX_DIGITS),
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            inside=inside,
        )

    def finish(self) -> tuple[ZoneEvent, ...]:
        """Close every visit at the end of the video."""
        return self._counter.finish(self._position_s)

    def site_counts(self) -> SiteCounts | None:
        """The numbers of all zones and gates after the newest step; None if only the region of interest is counted."""
        return None if self._counter.site.is_roi_only else self._counter.counts()

    def checkpoint(self) -> Checkpoint:
        """The state after the newest step, JSON only."""
        return Checkpoint(
            next_frame=self._position.next_frame,
            position_s=self._position_s,
            state={
                "version": STATE_VERSION,
                "position": asdict(self._position),
                "tracker": self._tracker.snapshot(),
                "site": self._counter.site.model_dump(mode="json"),
                "counter": self._counter.to_json(),
            },
        )


def _with_region_of(settings: RunSettings, site: Site) -> Site:
    """The site with the region of interest of the run: that may have changed between the requests for both."""
    zone = settings.zones[0]
    changed = {"zone_id": zone.zone_id, "polygon": zone.polygon, "anchor": settings.anchor}
    return site.model_copy(update={"zones": (site.zones[0].model_copy(update=changed), *site.zones[1:])})

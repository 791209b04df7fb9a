"""Processes one video frame by frame: detects, tracks, counts. Blocking; one thread at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from typing import Any

from onwatch_contracts.channel import FrameBox
from onwatch_contracts.site import Site, SiteCounts
from onwatch_contracts.values import Checkpoint, RunSettings, ZoneEvent
from onwatch_counting.log import LoggedBox, LoggedPicture
from onwatch_counting.site import SiteCounter
from onwatch_detector.count import Tracker, interpolated
from onwatch_detector.detect.sources import DetectionSource
from onwatch_detector.detections import Detections
from onwatch_detector.errors import CheckpointUnreadable
from onwatch_detector.read import Decoder, Frame, Position
from onwatch_detector.work.prefetch import DetectedFrame, Prefetcher
from onwatch_detector.work.selection import EVERY_FRAME, Intervals, Selector, Treatment

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
        decoder: Decoder,
        settings: RunSettings,
        source: DetectionSource,
        checkpoint: Checkpoint | None,
        new_thread: Callable[[], Executor],
        site: Site | None = None,
        intervals: Intervals = EVERY_FRAME,
    ) -> None:
        """`decoder`: of the video; the caller closes it.

        `site`: what a new run counts besides the region of interest; a resumed one keeps its own.

        `intervals`: how long a new run infers nothing; a resumed one keeps its own.
        `CheckpointUnreadable` if its state is damaged, of another version of the program, or of other zones.
        """
        self._settings = settings
        self._source = source
        self._seconds_per_frame = 1.0 / settings.frames_per_second
        self._position_s = checkpoint.position_s if checkpoint else 0.0
        self._tracker = Tracker()
        self._counter = SiteCounter(_with_region_of(settings, site or Site()))
        self._position = self._before_inferred = Position()
        self._boxes: tuple[LoggedBox, ...] = ()
        """Of the newest inferred frame."""
        self._boxes_s = 0.0
        """Time of the newest picture that has them."""
        self._intervals = intervals
        if checkpoint and checkpoint.state:
            self._restore(checkpoint.state)
        selector = Selector(self._intervals) if self._intervals else None
        self._decoder = decoder
        self._reader = decoder.reader(self._before_inferred, settings.analysed_fps, on_demand=selector is not None)
        self._prefetcher = Prefetcher(self._reader, source, new_thread, selector)
        self._steps: deque[Step] = deque()
        """Counted, but not returned yet."""
        self._catch_up(selector)

    def _catch_up(self, selector: Selector | None) -> None:
        """Read what was read since the newest inferred frame, which the next ones are compared with."""
        while selector is not None and self._reader.position.next_frame < self._position.next_frame:
            if (frame := self._reader.read()) is None:
                return
            selector.select(frame)
            self._boxes_s = frame.timestamp_s

    def _restore(self, state: Mapping[str, Any]) -> None:
        if state.get("version") != STATE_VERSION:
            raise CheckpointUnreadable(f"version {state.get('version')!r}, expected {STATE_VERSION}")
        try:
            self._tracker = Tracker.restore(state["tracker"])
            self._counter = SiteCounter.from_json(state["counter"], Site.model_validate(state["site"]))
            self._position = self._before_inferred = Position(**state["position"])
            self._intervals = EVERY_FRAME
            if (still := state.get("still")) is not None:
                self._intervals = Intervals(float(still["interval_s"]), float(still.get("moving_interval_s", 0.0)))
                self._before_inferred = Position(**still["before_inferred"])
                self._boxes = tuple(_logged_box(box) for box in still["boxes"])
        except (KeyError, TypeError, ValueError) as error:  # the errors of tracker, site and zones are ValueErrors
            raise CheckpointUnreadable(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        self._decoder.abort()
        self._prefetcher.close()
        self._source.close()

    def step(self) -> Step | None:
        """Process the next frame; None at the end of the video.

        Frames whose boxes are interpolated are processed together with the inferred one after them.
        """
        if not self._steps:
            self._steps.extend(self._next_steps())
        return self._steps.popleft() if self._steps else None

    @property
    def is_resumable(self) -> bool:
        """Whether a checkpoint can be taken: no frame is processed whose step was not returned."""
        return not self._steps

    def _next_steps(self) -> Iterator[Step]:
        between: list[DetectedFrame] = []
        while (detected := self._prefetcher.next()) is not None:
            if detected.treatment is not Treatment.INTERPOLATE:
                yield from self._counted(between, detected, detected.detections)
                return
            between.append(detected)
        if between:  # nothing follows that would be inferred
            *between, last = between
            yield from self._counted(between, last, self._source.detect(last.frame))
        else:
            self._advance_to(self._reader.decoded_s)

    def _counted(
        self, between: Sequence[DetectedFrame], newest: DetectedFrame, detections: Detections | None
    ) -> Iterator[Step]:
        """Track the newest frame and count it after those before it, whose boxes lie between the known ones."""
        at_s, before, before_s = newest.frame.timestamp_s, self._boxes, self._boxes_s
        if detections is None:
            self._tracker.rest(at_s)
        else:
            self._before_inferred = newest.before
            self._boxes = self._tracked(detections, at_s)
        for each in between:
            share = (each.frame.timestamp_s - before_s) / (at_s - before_s)
            yield self._count(each.frame, interpolated(before, self._boxes, share), is_inferred=False)
        yield self._count(newest.frame, self._boxes, is_inferred=detections is not None)
        self._position, self._boxes_s = newest.position, at_s

    def _count(self, frame: Frame, boxes: tuple[LoggedBox, ...], *, is_inferred: bool) -> Step:
        picture = LoggedPicture(frame.timestamp_s, boxes, is_inferred=is_inferred)
        events = self._counter.observe(picture)  # counts what the log has, so that counting the log again is the same
        self._advance_to(frame.timestamp_s)
        inside = self._counter.roi.inside_track_ids
        return Step(frame, picture, events, tuple(self._frame_box(box, box.track_id in inside) for box in boxes))

    def _tracked(self, detections: Detections, timestamp_s: float) -> tuple[LoggedBox, ...]:
        width, height = self._reader.width, self._reader.height
        return tuple(
            box.logged(width, height) for box in self._tracker.update(detections, timestamp_s, (width, height))
        )

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
        """The state after the newest step, JSON only; RuntimeError unless `is_resumable`."""
        if not self.is_resumable:
            raise RuntimeError("frames after the newest step are processed already")
        state: dict[str, Any] = {
            "version": STATE_VERSION,
            "position": asdict(self._position),
            "tracker": self._tracker.snapshot(),
            "site": self._counter.site.model_dump(mode="json"),
            "counter": self._counter.to_json(),
        }
        if self._intervals:
            state["still"] = {
                "interval_s": self._intervals.still_s,
                "moving_interval_s": self._intervals.moving_s,
                "before_inferred": asdict(self._before_inferred),
                "boxes": [[*box[:-1], [list(score) for score in box.scores]] for box in self._boxes],
            }
        return Checkpoint(next_frame=self._position.next_frame, position_s=self._position_s, state=state)


def _logged_box(state: Sequence[Any]) -> LoggedBox:
    track_id, left, top, right, bottom, confidence, vehicle_type, given = state
    scores = tuple((str(kind), int(score)) for kind, score in given)
    return LoggedBox(track_id, left, top, right, bottom, confidence, vehicle_type, scores)


def _with_region_of(settings: RunSettings, site: Site) -> Site:
    """The site with the region of interest of the run: that may have changed between the requests for both."""
    zone = settings.zones[0]
    changed = {"zone_id": zone.zone_id, "polygon": zone.polygon, "anchor": settings.anchor}
    return site.model_copy(update={"zones": (site.zones[0].model_copy(update=changed), *site.zones[1:])})

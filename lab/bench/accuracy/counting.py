"""Two ways to count tracked boxes: Onwatch's zone rules, and those of a plain pipeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.accuracy.clips import Clip, Frame
from bench.accuracy.metrics import Counted, CountedVisit
from onwatch_contracts.values import Anchor, Left, Zone, ZoneEvent
from onwatch_counting.zones import Observation, ZoneCounter
from onwatch_detector.count import TrackedBox, Tracker

UNTRACKED = -1
Ids = Sequence[Sequence[int]]
"""For each frame, for each of its boxes, the track it belongs to; -1 for none."""
Track = Callable[[Frame], Sequence[TrackedBox]]


Observe = Callable[[TrackedBox, tuple[int, int], Anchor], Observation]
"""What the zone rules are given of a box in a picture of this size."""


def as_logged(box: TrackedBox, size: tuple[int, int], anchor: Anchor) -> Observation:
    """As in the pipeline, at the resolution of the log."""
    return box.logged(*size).observation(anchor)


def with_given_votes(box: TrackedBox, size: tuple[int, int], anchor: Anchor) -> Observation:
    """The same, with votes that are not those of the log."""
    return replace(as_logged(box, size, anchor), scores=box.scores)


def onwatch(clip: Clip, observe: Observe = as_logged) -> Counted:
    """Onwatch's tracker and zone rules, combined as in its pipeline."""
    tracker = Tracker()
    return by_zone_rules(clip, lambda frame: tracker.update(frame.detections, frame.timestamp_s, clip.size), observe)


def another_tracker(clip: Clip, ids: Ids) -> Counted:
    """Another tracker's tracks under Onwatch's zone rules."""
    given = iter(ids)
    return by_zone_rules(clip, lambda frame: _tracked(frame, next(given)))


def _tracked(frame: Frame, ids: Sequence[int]) -> list[TrackedBox]:
    found = frame.detections
    rows = zip(
        ids, found.boxes.tolist(), found.confidences.tolist(), found.vehicle_types, found.scores.tolist(), strict=True
    )
    return [
        TrackedBox(track_id, left, top, right, bottom, confidence, kind, tuple(scores))
        for track_id, (left, top, right, bottom), confidence, kind, scores in rows
        if track_id != UNTRACKED
    ]


def by_zone_rules(clip: Clip, track: Track, observe: Observe = as_logged) -> Counted:
    """Count the tracks that `track` returns for each frame."""
    counter = ZoneCounter(Zone(polygon=clip.roi))
    events: list[ZoneEvent] = []
    identities: list[tuple[int | None, ...]] = []
    for frame in clip.frames:
        tracked = track(frame)
        seen = [observe(box, clip.size, Anchor(clip.anchor)) for box in tracked]
        events += counter.observe(frame.timestamp_s, seen)
        identities.append(identities_of(frame, tracked, counter))
    events += counter.finish(clip.frames[-1].timestamp_s)
    return Counted(counted_visits(events), tuple(identities))


def counted_visits(events: Sequence[ZoneEvent]) -> tuple[CountedVisit, ...]:
    """The visits that the events end."""
    closed = (event for event in events if isinstance(event, Left))
    return tuple(CountedVisit(v.vehicle_id, v.vehicle_type.value, v.entered_at_s, v.left_at_s) for v in closed)


def identities_of(frame: Frame, tracked: Sequence[TrackedBox], counter: ZoneCounter) -> tuple[int | None, ...]:
    """The id under which each box is counted."""
    track_at = {(box.left, box.top, box.right, box.bottom): box.track_id for box in tracked}
    tracks = (track_at.get(tuple(edges)) for edges in frame.detections.boxes.tolist())
    return tuple(None if track is None else counter.vehicle_id_of(track) for track in tracks)


def plain(clip: Clip, ids: Ids, inside: Sequence[Sequence[bool]]) -> Counted:
    """The common rule: every id that was ever inside is a vehicle.

    It stays from its first to its last frame inside, and its type is the one it had most often there. The times are
    those of the frames, which is kind: common examples count frames and divide by a constant rate.
    """
    times: dict[int, list[float]] = {}
    kinds: dict[int, Counter[str]] = {}
    for frame, row_ids, row_inside in zip(clip.frames, ids, inside, strict=True):
        for track_id, is_inside, kind in zip(row_ids, row_inside, frame.detections.vehicle_types, strict=True):
            if is_inside and track_id != UNTRACKED:
                times.setdefault(track_id, []).append(frame.timestamp_s)
                kinds.setdefault(track_id, Counter())[str(kind)] += 1
    visits = (CountedVisit(one, kinds[one].most_common(1)[0][0], at[0], at[-1]) for one, at in times.items())
    return Counted(tuple(visits), tuple(tuple(None if i == UNTRACKED else i for i in row) for row in ids))

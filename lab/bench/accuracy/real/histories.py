"""What became of the boxes of a vehicle, and whose boxes a counted vehicle had: the cause of an error, in one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from bench.accuracy.clips import Frame
from onwatch_detector.count import TrackedBox

TrackIds = Sequence[Sequence[int | None]]
"""For each frame, for each of its boxes, its track; None: it has none."""


def track_ids(frames: Sequence[Frame], tracked: Sequence[Sequence[TrackedBox]]) -> TrackIds:
    found = []
    for frame, boxes in zip(frames, tracked, strict=True):
        at = {(box.left, box.top, box.right, box.bottom): box.track_id for box in boxes}
        found.append([at.get(tuple(edges)) for edges in frame.detections.boxes.tolist()])
    return found


def of_vehicle(frames: Sequence[Frame], tracks: TrackIds, owner: int, since_s: float, until_s: float) -> str:
    """For how many pictures in a row it had which track, a box without one (`weak` below the threshold), or no box."""
    return _in_a_row(
        _state(frame, ids, owner)
        for frame, ids in zip(frames, tracks, strict=True)
        if since_s <= frame.timestamp_s <= until_s
    )


def of_identity(frames: Sequence[Frame], identities: TrackIds, identity: int) -> str:
    """For how many pictures in a row the counted vehicle had the boxes of which annotated one."""
    return _in_a_row(
        "nothing" if owner is None else f"vehicle {owner}"
        for frame, ids in zip(frames, identities, strict=True)
        for owner, one in zip(frame.owners, ids, strict=True)
        if one == identity
    )


def _state(frame: Frame, ids: Sequence[int | None], owner: int) -> str:
    rows = [row for row, one in enumerate(frame.owners) if one == owner]
    if not rows:
        return "unseen"
    known = [ids[row] for row in rows if ids[row] is not None]
    if known:
        return f"track {known[0]}"
    found = frame.detections
    return "untracked" if max(found.confidences[rows]) >= found.threshold else "weak"


def _in_a_row(states: Iterable[str]) -> str:
    return ", ".join(f"{len(list(same))} x {state}" for state, same in groupby(states))

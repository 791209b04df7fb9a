"""Tracks as nobody can make them from boxes alone: each box is known to be of its annotated vehicle.

What is still counted wrongly with them comes from the boxes and the zone rules, not from mistaken identities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bench.accuracy.clips import Frame
from onwatch_detector.count import TrackedBox


def true_tracks(frames: Sequence[Frame]) -> list[list[TrackedBox]]:
    """For each frame, a box of every vehicle that has one before and one after it; edges move evenly through gaps.

    Boxes of no vehicle are left out. Of several boxes of a vehicle the most confident one is taken.
    """
    own = [dict(_own(frame)) for frame in frames]
    tracked: list[list[TrackedBox]] = [list(boxes.values()) for boxes in own]
    for vehicle in sorted({vehicle for boxes in own for vehicle in boxes}):
        numbers = [number for number, boxes in enumerate(own) if vehicle in boxes]
        for first, last in pairwise(numbers):
            since_s, until_s = frames[first].timestamp_s, frames[last].timestamp_s
            for number in range(first + 1, last):
                share = (frames[number].timestamp_s - since_s) / (until_s - since_s)
                tracked[number].append(_between(own[first][vehicle], own[last][vehicle], share))
    return tracked


def _own(frame: Frame) -> Iterator[tuple[int, TrackedBox]]:
    """From the least to the most confident one."""
    found = frame.detections
    for row in found.confidences.argsort().tolist():
        owner = frame.owners[row]
        if owner is not None:
            left, top, right, bottom = found.boxes[row].tolist()
            confidence, kind = float(found.confidences[row]), found.vehicle_types[row]
            scores = tuple(found.scores[row].tolist())
            yield owner, TrackedBox(owner, left, top, right, bottom, confidence, kind, scores)


def _between(before: TrackedBox, after: TrackedBox, share: float) -> TrackedBox:
    edges = {
        name: getattr(before, name) + (getattr(after, name) - getattr(before, name)) * share
        for name in ("left", "top", "right", "bottom")
    }
    return replace(before, **edges)

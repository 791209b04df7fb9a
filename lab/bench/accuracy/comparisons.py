"""Compares design choices of Onwatch on the same clips: the tracker, and the weight of type votes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bench.accuracy import counting, report
from bench.accuracy.clips import NOISY_LEVEL, Clip, Frame, with_votes
from bench.accuracy.metrics import Score, score
from bench.accuracy.trackers_compared import TRACKERS, ids_of

VOTES: Mapping[str, float] = {"confidence": 0.0, "confidence x square root of area": 0.5, "confidence x area": 1.0}
OWN = "Onwatch's own (ByteTrack of `trackers`)"
Say = Callable[[str], None]


def trackers_table(clips: Sequence[Clip], own: Sequence[Score], peers: Mapping[str, list[Score]], say: Say) -> str:
    """All trackers with Onwatch's zone rules, on the first noisy detections of each case.

    `own` and `peers` (the trackers of the plain pipelines) are scores on all the clips.
    """
    chosen = first_noisy(clips)
    found = {OWN: [own[n] for n in chosen]}
    for name in TRACKERS:
        say(f"tracker: {name}")
        counted = (counting.another_tracker(clips[n], ids_of(name, clips[n])) for n in chosen)
        found[f"`trackers`: {name}"] = [score(clips[n], one) for n, one in zip(chosen, counted, strict=True)]
    found |= {name: [scores[n] for n in chosen] for name, scores in peers.items()}
    return report.overall([clips[n] for n in chosen], found, NOISY_LEVEL)


def first_noisy(clips: Sequence[Clip]) -> list[int]:
    """Which clips are the first noisy ones of their case."""
    first = next(clip.level for clip in clips if clip.level.startswith(NOISY_LEVEL))
    return [n for n, clip in enumerate(clips) if clip.level == first]


def votes_table(sets: Mapping[str, Sequence[Clip]]) -> str:
    """Visits with the right type, per weight of a vote."""
    rows = ([name, *(_types_right(clips, power) for power in VOTES.values())] for name, clips in sets.items())
    return report.table(["visits with the right type", *VOTES], rows)


def _types_right(clips: Sequence[Clip], power: float) -> str:
    found = [score(clip, counting.onwatch(_revoted(clip, power), counting.with_given_votes)) for clip in clips]
    return f"{sum(one.right_types for one in found)} of {sum(one.judged_types for one in found)}"


def _revoted(clip: Clip, power: float) -> Clip:
    return replace(clip, frames=tuple(_revoted_frame(frame, clip.size, power) for frame in clip.frames))


def _revoted_frame(frame: Frame, size: tuple[int, int], power: float) -> Frame:
    found = frame.detections
    votes = with_votes(found.boxes, found.confidences, found.vehicle_types, size, power)
    return replace(frame, detections=votes)

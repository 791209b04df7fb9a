"""Gates on the hard cases: Onwatch beside supervision's `LineZone`, on the same tracks.

`PYTHONPATH=lab python -m bench.accuracy.gates` prints the tables. Three gates lie across the zone of each case, each as
long as the zone. The truth follows from the true boxes: a meeting of a vehicle's way with the line, from left to right
or back, but not two that are undone by coming back before a whole box is beyond.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import supervision as sv

from bench.accuracy.clips import Clip, levels
from bench.accuracy.report import table
from onwatch_contracts.site import Gate, Site
from onwatch_contracts.values import Anchor
from onwatch_counting.log import LoggedPicture
from onwatch_counting.site import SiteCounter
from onwatch_detector.count import TrackedBox, Tracker
from onwatch_synthetic.hard_cases import hard_cases
from onwatch_synthetic.recording import Recording, sightings

Counts = Counter[tuple[str, str]]
"""Crossings by gate and direction."""

BEYOND_BOXES = 1.0
LINE_ZONE = "supervision LineZone"


@dataclass(frozen=True)
class Place:
    """The anchor of a vehicle, and the size of its box; in fractions of the picture."""

    x: float
    y: float
    width: float
    height: float


def gates_of(recording: Recording) -> tuple[Gate, ...]:
    """Across, along and aslant the zone."""
    xs, ys = [x for x, _ in recording.roi], [y for _, y in recording.roi]
    left, right, top, bottom = max(0.0, min(xs)), min(1.0, max(xs)), max(0.0, min(ys)), min(1.0, max(ys))
    x, y = (left + right) / 2, (top + bottom) / 2
    lines = {
        "across": ((left, y), (right, y)),
        "along": ((x, bottom), (x, top)),
        "aslant": ((left, top), (right, bottom)),
    }
    anchor = Anchor(recording.anchor)
    return tuple(Gate(gate_id=name, name=name, points=points, anchor=anchor) for name, points in lines.items())


def truth(recording: Recording, gate: Gate) -> Counts:
    """By the true boxes."""
    found: Counts = Counter()
    width, height = recording.size
    for _, boxes in sightings(recording).values():
        way = []
        for box in boxes:
            left, right = max(0.0, box.left / width), min(1.0, box.right / width)
            top, bottom = max(0.0, box.top / height), min(1.0, box.bottom / height)
            down = bottom if gate.anchor is Anchor.BOTTOM_CENTER else (top + bottom) / 2
            way.append(Place((left + right) / 2, down, max(right - left, 1e-6), max(bottom - top, 1e-6)))
        for is_forward in _crossings(way, gate):
            found[gate.gate_id, "forward" if is_forward else "backward"] += 1
    return found


def _crossings(way: Sequence[Place], gate: Gate) -> list[bool]:
    (px, py), (qx, qy) = gate.points[0], gate.points[-1]
    kept: list[tuple[int, bool]] = []
    for n, (a, b) in enumerate(pairwise(way)):
        before, after = _is_right(px, py, qx, qy, a.x, a.y), _is_right(px, py, qx, qy, b.x, b.y)
        if before == after or _is_right(a.x, a.y, b.x, b.y, px, py) == _is_right(a.x, a.y, b.x, b.y, qx, qy):
            continue
        if kept and kept[-1][1] != after and _farthest(way[kept[-1][0] + 1 : n + 1], gate) < BEYOND_BOXES:
            kept.pop()
        else:
            kept.append((n, after))
    return [is_forward for _, is_forward in kept]


def _is_right(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> bool:
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0


def _farthest(places: Iterable[Place], gate: Gate) -> float:
    """Distance from the line, in boxes."""
    (px, py), (qx, qy) = gate.points[0], gate.points[-1]
    steps = np.linspace(0, 1, 500)
    return max(
        float(np.hypot((p.x - px - (qx - px) * steps) / p.width, (p.y - py - (qy - py) * steps) / p.height).min())
        for p in places
    )


def tracks(clip: Clip) -> Iterator[tuple[float, tuple[TrackedBox, ...]]]:
    tracker = Tracker()
    for frame in clip.frames:
        yield frame.timestamp_s, tracker.update(frame.detections, frame.timestamp_s, clip.size)


def onwatch(clip: Clip, gates: Sequence[Gate]) -> Counts:
    counter = SiteCounter(Site(gates=tuple(gates)))
    for timestamp_s, boxes in tracks(clip):
        counter.observe(LoggedPicture(timestamp_s, tuple(box.logged(*clip.size) for box in boxes)))
    counter.finish(clip.frames[-1].timestamp_s + clip.frame_interval_s)
    found: Counts = Counter()
    for gate in counter.counts().gates:
        found[gate.gate_id, "forward"] += sum(gate.forward.values())
        found[gate.gate_id, "backward"] += sum(gate.backward.values())
    return found


def line_zone(clip: Clip, gates: Sequence[Gate]) -> Counts:
    """Default settings, with the anchor of the clip; its direction "out" is forward here."""
    width, height = clip.size
    zones = {gate.gate_id: _line_zone(gate, width, height) for gate in gates}
    for _, boxes in tracks(clip):
        if not boxes:
            continue
        seen = sv.Detections(
            xyxy=np.array([(box.left, box.top, box.right, box.bottom) for box in boxes]),
            confidence=np.array([box.confidence for box in boxes]),
            class_id=np.zeros(len(boxes), dtype=int),
            tracker_id=np.array([box.track_id for box in boxes]),
        )
        for zone in zones.values():
            zone.trigger(seen)
    found: Counts = Counter()
    for gate_id, zone in zones.items():
        found[gate_id, "forward"] += zone.out_count
        found[gate_id, "backward"] += zone.in_count
    return found


def _line_zone(gate: Gate, width: int, height: int) -> sv.LineZone:
    start, end = (sv.Point(x * width, y * height) for x, y in (gate.points[0], gate.points[-1]))
    position = sv.Position.CENTER if gate.anchor is Anchor.CENTER else sv.Position.BOTTOM_CENTER
    return sv.LineZone(start, end, triggering_anchors=(position,))


PIPELINES = {"Onwatch": onwatch, LINE_ZONE: line_zone}


def wrong(counted: Counts, true: Counts) -> int:
    """Crossings too many or too few."""
    return sum(abs(counted[key] - true[key]) for key in counted.keys() | true.keys())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--kind", action="append")
    parser.add_argument("--list", action="store_true", help="name every case that Onwatch counts wrongly")
    arguments = parser.parse_args()
    rows: dict[tuple[str, str], Counter[str]] = {}
    for case in hard_cases():
        if arguments.kind and case.kind not in arguments.kind:
            continue
        recording = case.make()
        gates = gates_of(recording)
        true: Counts = Counter()
        for gate in gates:
            true += truth(recording, gate)
        for clip in levels(case, recording, range(1, arguments.seeds + 1)):
            row = rows.setdefault((clip.level.split()[0], case.kind), Counter())
            row["true"] += true.total()
            for name, count in PIPELINES.items():
                counted = count(clip, gates)
                row[name] += wrong(counted, true)
                if name == "Onwatch" and arguments.list and wrong(counted, true):
                    print(clip.name, clip.level, "true", dict(true), "counted", dict(+counted))
    header = ["detections", "case", "crossings", *(f"wrong: {name}" for name in PIPELINES)]
    body = [
        [level, kind, str(row["true"]), *(str(row[name]) for name in PIPELINES)] for (level, kind), row in rows.items()
    ]
    for level in dict.fromkeys(level for level, _ in rows):
        total = sum((row for (each, _), row in rows.items() if each == level), Counter[str]())
        body.append([level, "all", str(total["true"]), *(str(total[name]) for name in PIPELINES)])
    print(table(header, body))


if __name__ == "__main__":
    main()

"""Gates on real junctions, with a perfect detector: the annotated box of every vehicle in every picture.

The truth of a gate is computed here in another way, from the boxes alone: how often a vehicle's way meets the line from
left to right, minus how often from right to left.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from onwatch_contracts.site import Gate, Site
from onwatch_counting.log import RESOLUTION, LoggedBox, LoggedPicture
from onwatch_counting.site import SiteCounter

CLIPS = ("elephant-castle", "blackfriars-a", "pentonville")
KINDS = {"van": "car", "motorbike": "motorcycle"}
GATES = 64
ON_THE_LINE = 0.15
"""Boxes: where a vehicle ends nearer to the gate than this, at the end of the clip, the truth cannot be told."""

pytestmark = pytest.mark.media


def pictures_of(clip: dict[str, Any]) -> list[LoggedPicture]:
    pictures: dict[int, list[LoggedBox]] = {}
    for track in clip["tracks"]:
        kind = KINDS.get(track["type"], track["type"])
        for number, left, top, right, bottom, _ in track["boxes"]:
            shares = left / clip["width"], top / clip["height"], right / clip["width"], bottom / clip["height"]
            edges = [min(RESOLUTION, max(0, round(share * RESOLUTION))) for share in shares]
            pictures.setdefault(number, []).append(LoggedBox(track["id"], *edges, 230, kind))
    count = max(pictures) + 1
    return [LoggedPicture(n / clip["fps"], tuple(sorted(pictures.get(n, ())))) for n in range(count)]


def ways_of(pictures: list[LoggedPicture]) -> dict[int, list[tuple[float, float, LoggedBox]]]:
    ways: dict[int, list[tuple[float, float, LoggedBox]]] = {}
    for picture in pictures:
        for box in picture.boxes:
            point = (box.left + box.right) / 2 / RESOLUTION, box.bottom / RESOLUTION
            ways.setdefault(box.track_id, []).append((*point, box))
    return ways


def turn(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> bool:
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0


def truth(ways: dict[int, list[tuple[float, float, LoggedBox]]], gate: Gate) -> Counter[str] | None:
    """None if a vehicle ends on the line."""
    (px, py), (qx, qy) = gate.points
    found: Counter[str] = Counter()
    for way in ways.values():
        net = 0
        for (x0, y0, _), (x1, y1, _) in pairwise(way):
            before, after = turn(px, py, qx, qy, x0, y0), turn(px, py, qx, qy, x1, y1)
            if before != after and turn(x0, y0, x1, y1, px, py) != turn(x0, y0, x1, y1, qx, qy):
                net += 1 if after else -1
        if net and _is_on_line(way[-1], gate):
            return None
        if net:
            found["forward" if net > 0 else "backward"] += abs(net)
    return found


def _is_on_line(last: tuple[float, float, LoggedBox], gate: Gate) -> bool:
    x, y, box = last
    width, height = (box.right - box.left) / RESOLUTION, (box.bottom - box.top) / RESOLUTION
    (px, py), (qx, qy) = gate.points
    steps = (n / 500 for n in range(501))
    places = ((px + (qx - px) * step, py + (qy - py) * step) for step in steps)
    return min(math.hypot((x - a) / width, (y - b) / height) for a, b in places) < ON_THE_LINE


@pytest.mark.parametrize("name", CLIPS)
def test_every_crossing_of_any_gate_is_counted(name: str, shared_dir: Path) -> None:
    noise = random.Random(name)  # noqa: S311 - drawn gates, the same in every run
    clip = json.loads((shared_dir / "media" / f"{name}.tracks.json").read_text())
    pictures = pictures_of(clip)
    ways, gates = ways_of(pictures), []
    while len(gates) < GATES:
        points = tuple((noise.random(), noise.random()) for _ in range(2))
        gate = Gate(gate_id=f"g{len(gates)}", name="Gate", points=points)
        if math.dist(*points) > 0.2 and truth(ways, gate) is not None:
            gates.append(gate)
    counter = SiteCounter(Site(gates=tuple(gates)), keep_results=True)
    for picture in pictures:
        counter.observe(picture)
    counter.finish(pictures[-1].timestamp_s + 1 / clip["fps"])
    crossings = counter.results.crossings
    counted = {gate.gate_id: Counter(c.direction for c in crossings if c.gate_id == gate.gate_id) for gate in gates}
    assert counted == {gate.gate_id: truth(ways, gate) for gate in gates}
    assert len(crossings) > 40


@pytest.mark.parametrize("name", CLIPS)
def test_the_vehicles_that_are_parked_or_stand_all_the_time_are_marked(name: str, shared_dir: Path) -> None:
    clip = json.loads((shared_dir / "media" / f"{name}.tracks.json").read_text())
    pictures, marked = pictures_of(clip), set()
    for track in clip["tracks"]:  # one at a time, so that it is known which row is whose
        counter = SiteCounter(Site(), keep_results=True)
        for picture in pictures:
            mine = tuple(box for box in picture.boxes if box.track_id == track["id"])
            counter.observe(LoggedPicture(picture.timestamp_s, mine))
        counter.finish(pictures[-1].timestamp_s)
        marked |= {track["id"] for vehicle in counter.results.vehicles if vehicle.is_parked}
    stand = {t["id"] for t in clip["tracks"] if t["parked"] or t["stopped_frames"] == len(t["boxes"])}
    assert marked == stand

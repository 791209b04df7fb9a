"""Counts the tracks of a junction: Onwatch, and `LineZone` of supervision with the usual count of its results."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from itertools import pairwise

import numpy as np
import supervision as sv

from bench.accuracy.site.junction import INTERVAL_S, Counted, Junction
from bench.recount.traffic import SITE
from onwatch_contracts.site import Gate
from onwatch_contracts.values import Anchor
from onwatch_counting.log import RESOLUTION, LoggedBox, pack, unpack_columns
from onwatch_counting.recount import recount
from onwatch_counting.tables import CountedVideo, flow_table, interval_table

WIDTH, HEIGHT = 1280, 720
VERSION = version("supervision")


def onwatch(junction: Junction) -> Counted:
    """With the tables that the API answers with."""
    results = recount(SITE, [unpack_columns(pack(junction.pictures))], junction.end_s)
    video = CountedVideo("v", SITE, results, ((0.0, junction.end_s),), junction.end_s)
    names = {gate.name: gate.gate_id for gate in SITE.gates}
    found = Counted()
    for cell, counts in interval_table([video], "gates", INTERVAL_S).counts.items():
        for number, count in enumerate(counts):
            found.cells[names[cell.item], str(cell.direction), number] += count
    for flow in flow_table(SITE, results, "gates").flows:
        found.flows[flow.origin, flow.destination] += sum(flow.counts.values())
    return found


def line_zone(junction: Junction) -> Counted:
    """Default settings with the anchor of each gate; a flow is the first and the last line that a track id crossed.

    A gate of several segments is a line for each. Its direction "out" is forward here.
    """
    lines = [(gate.gate_id, line) for gate in SITE.gates for line in _lines(gate)]
    found, passed = Counted(), dict[int, list[str]]()
    for picture in junction.pictures:
        if not picture.boxes:
            continue
        seen = _detections(picture.boxes)
        for gate_id, line in lines:
            for is_forward, crossed in zip((False, True), line.trigger(seen), strict=True):
                for row in np.flatnonzero(crossed):
                    found.add(gate_id, is_forward, picture.timestamp_s)
                    passed.setdefault(picture.boxes[row].track_id, []).append(gate_id)
    found.add_flows(passed.values())
    return found


def _lines(gate: Gate) -> list[sv.LineZone]:
    points = [sv.Point(x * WIDTH, y * HEIGHT) for x, y in gate.points]
    position = sv.Position.CENTER if gate.anchor is Anchor.CENTER else sv.Position.BOTTOM_CENTER
    return [sv.LineZone(start, end, triggering_anchors=(position,)) for start, end in pairwise(points)]


def _detections(boxes: Sequence[LoggedBox]) -> sv.Detections:
    return sv.Detections(
        xyxy=np.array([pixels(box) for box in boxes]),
        confidence=np.full(len(boxes), 0.8),
        class_id=np.zeros(len(boxes), dtype=int),
        tracker_id=np.array([box.track_id for box in boxes]),
    )


def pixels(box: LoggedBox) -> tuple[float, float, float, float]:
    across, down = WIDTH / RESOLUTION, HEIGHT / RESOLUTION
    return box.left * across, box.top * down, box.right * across, box.bottom * down

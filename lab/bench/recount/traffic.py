"""A drawn hour at a junction: 2,000 vehicles on 12 ways, some of which wait, are hidden, or change their track."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME, Anchor
from onwatch_counting.log import CONFIDENCE_STEPS, RESOLUTION, LoggedBox, LoggedPicture
from onwatch_geometry import Point

HOUR_S, PICTURES_PER_S, VEHICLES = 3600, 25, 2000
DRIVE_S, WAIT_S, WAITING = 7.0, 8.0, 0.3
MISSED, CHANGES = 0.02, 0.05
JITTER = 1 / 1440
SIZES = {"car": (0.05, 0.06), "truck": (0.08, 0.1), "bus": (0.09, 0.12), "motorcycle": (0.02, 0.04)}
MIDDLE = (0.5, 0.55)
ENDS = ((0.5, -0.1), (1.1, 0.55), (0.5, 1.25), (-0.1, 0.55))
"""Of the four roads, where nothing of a vehicle is in the picture."""
LANE, BESIDE = 0.03, 0.01
"""Vehicles keep to the right of the middle of the road, and more or less to the middle of their lane."""
LEAST_S = 10.0
"""Each vehicle begins this long before the end, so that it is seen."""

SITE = Site(
    zones=(
        SiteZone(zone_id="roi", name="Region of interest", polygon=WHOLE_FRAME),
        SiteZone(zone_id="middle", name="Middle", polygon=((0.35, 0.35), (0.65, 0.35), (0.65, 0.75), (0.35, 0.75))),
        SiteZone(zone_id="north", name="North", polygon=((0.4, 0.05), (0.6, 0.05), (0.6, 0.3), (0.4, 0.3))),
        SiteZone(zone_id="west", name="West", polygon=((0.05, 0.4), (0.3, 0.4), (0.3, 0.7), (0.05, 0.7))),
    ),
    gates=(
        Gate(gate_id="n", name="North", points=((0.35, 0.2), (0.65, 0.2))),
        Gate(gate_id="e", name="East", points=((0.8, 0.35), (0.8, 0.55), (0.82, 0.75)), anchor=Anchor.CENTER),
        Gate(gate_id="s", name="South", points=((0.65, 0.85), (0.35, 0.85))),
        Gate(gate_id="w", name="West", points=((0.2, 0.75), (0.2, 0.35))),
    ),
)
CALIBRATION = CalibrateCoordinates(
    image_points=((0.3, 0.3), (0.7, 0.3), (0.9, 0.9), (0.1, 0.9)), side_lengths_m=(15.0, 30.0, 15.0, 30.0)
)


@dataclass(frozen=True)
class Trip:
    """A vehicle, from one road to another."""

    kind: str
    origin: int
    destination: int
    """Places in `ENDS`, and of the gates in `SITE`."""
    places: tuple[tuple[int, float, float], ...]
    """In which picture it is where: the middle of its lower edge."""
    boxes: tuple[tuple[int, LoggedBox], ...]
    """What a detector and a tracker see of it."""


def hour(seed: int = 1, hours: float = 1.0) -> list[LoggedPicture]:
    """All pictures; the same for the same seed."""
    return pictures_of(trips(seed, hours), hours)


def pictures_of(given: Iterable[Trip], hours: float) -> list[LoggedPicture]:
    pictures: list[dict[int, LoggedBox]] = [{} for _ in range(round(HOUR_S * hours * PICTURES_PER_S))]
    for trip in given:
        for number, box in trip.boxes:
            pictures[number][box.track_id] = box
    return [
        LoggedPicture(number / PICTURES_PER_S, tuple(boxes[track] for track in sorted(boxes)))
        for number, boxes in enumerate(pictures)
    ]


def trips(seed: int, hours: float) -> Iterator[Trip]:
    """In the order in which they begin."""
    noise = random.Random(seed)  # noqa: S311 - drawn, the same in every run
    end = round(HOUR_S * hours * PICTURES_PER_S)
    track_id = 0
    for start_s in sorted(noise.uniform(0, HOUR_S * hours - LEAST_S) for _ in range(round(VEHICLES * hours))):
        kind = noise.choices(tuple(SIZES), (0.8, 0.1, 0.05, 0.05))[0]
        track_id += 1
        places, boxes = [], []
        origin, destination = noise.sample(range(len(ENDS)), 2)
        for number, (x, y) in enumerate(_drive(origin, destination, noise), round(start_s * PICTURES_PER_S)):
            if number >= end:
                break
            places.append((number, x, y))
            if noise.random() < CHANGES / (DRIVE_S * PICTURES_PER_S):
                track_id += 1
            if noise.random() >= MISSED and (box := _box(track_id, kind, x, y, noise)):
                boxes.append((number, box))
        yield Trip(kind, origin, destination, tuple(places), tuple(boxes))


def shown_height(kind: str, y: float) -> float:
    """Of a box, as a share of the picture; near vehicles are larger."""
    return SIZES[kind][1] * _scale(y)


def _scale(y: float) -> float:
    return 0.6 + 0.6 * y


def _drive(from_road: int, to_road: int, noise: random.Random) -> Iterator[Point]:
    """Places, picture by picture: over the middle to another road."""
    lane = LANE + noise.uniform(-BESIDE, BESIDE)
    start, end = _right_of(ENDS[from_road], -lane), _right_of(ENDS[to_road], lane)
    steps = round(DRIVE_S * noise.uniform(0.7, 1.4) * PICTURES_PER_S)
    stop = 0.35 if noise.random() < WAITING else None
    for step in range(steps):
        share = step / steps
        bend = 2 * share * (1 - share)
        x, y = (a * (1 - share) ** 2 + m * bend + b * share**2 for a, m, b in zip(start, MIDDLE, end, strict=True))
        yield x, y
        if stop is not None and share >= stop:
            stop = None
            yield from [(x, y)] * round(WAIT_S * noise.uniform(0.2, 2) * PICTURES_PER_S)


def _right_of(end: Point, lane: float) -> Point:
    """Beside the end of a road, to the right for one who leaves."""
    (x, y), (x0, y0) = end, MIDDLE
    away = math.dist(end, MIDDLE)
    return x - (y - y0) / away * lane, y + (x - x0) / away * lane


def _box(track_id: int, kind: str, x: float, y: float, noise: random.Random) -> LoggedBox | None:
    width, height = SIZES[kind]
    scale = _scale(y)
    edges = (x - width * scale / 2, y - height * scale, x + width * scale / 2, y)
    shaken = (round((edge + noise.gauss(0, JITTER)) * RESOLUTION) for edge in edges)
    left, top, right, bottom = (min(RESOLUTION, max(0, edge)) for edge in shaken)
    if right - left < RESOLUTION // 200 or bottom - top < RESOLUTION // 200:
        return None
    confidence = math.floor((0.6 + 0.3 * noise.random()) * CONFIDENCE_STEPS)
    return LoggedBox(track_id, left, top, right, bottom, confidence, kind, ((kind, confidence),))

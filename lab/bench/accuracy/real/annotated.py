"""Annotated clips: the boxes of every vehicle in every picture, and the truth of any zone made from them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.values import Anchor, VehicleType
from onwatch_geometry import Area

Floats = NDArray[np.float64]
Polygon = tuple[tuple[float, float], ...]

NEAR_ZONES: Mapping[str, Polygon] = {
    "elephant-castle": ((0.48, 0.45), (0.75, 0.45), (0.97, 0.80), (0.97, 0.95), (0.47, 0.95)),
    "blackfriars-a": ((0.38, 0.40), (0.62, 0.40), (0.66, 0.95), (0.10, 0.95)),
    "pentonville": ((0.22, 0.45), (0.75, 0.45), (0.85, 0.95), (0.15, 0.95)),
}
"""The annotated clips, and a zone of each in the near field, where no vehicle lacks its annotation."""

SYNONYMS: Mapping[str, str] = {"van": "car", "motorbike": "motorcycle"}
UNDEFINED = "vehicle"
"""The annotators could not tell the type."""

ABSENT_S = 0.5
"""Outside for longer, a vehicle has left."""
INSIDE_S = 0.2
"""Inside for less is no visit."""
SLACK_S = 1e-6


@dataclass(frozen=True, eq=False)
class Track:
    """One annotated vehicle. `boxes[n]` is where it is in picture `numbers[n]`: left, top, right, bottom, in pixels."""

    track_id: int
    vehicle_type: str
    is_parked: bool
    numbers: NDArray[np.int64]
    boxes: Floats


@dataclass(frozen=True)
class Stay:
    """A vehicle in a zone. `dwell_s` is the sum of its visits."""

    track_id: int
    vehicle_type: str
    is_parked: bool
    is_touch: bool
    """It was inside, but in no visit for long enough to count."""
    entered_s: float
    left_s: float
    dwell_s: float


@dataclass(frozen=True, eq=False)
class Junction:
    """An annotated clip."""

    name: str
    size: tuple[int, int]
    fps: float
    tracks: tuple[Track, ...]

    @classmethod
    def read(cls, file: Path) -> Self:
        """The clip of a `*.tracks.json`."""
        given = json.loads(file.read_text())
        tracks = []
        for track in given["tracks"]:
            rows = np.array(track["boxes"], np.float64).reshape(-1, 6)
            kind = SYNONYMS.get(track["type"], track["type"])
            known = kind if kind in set(VehicleType) else UNDEFINED
            tracks.append(Track(track["id"], known, track["parked"], rows[:, 0].astype(np.int64), rows[:, 1:5]))
        size = given["width"], given["height"]
        return cls(file.name.removesuffix(".tracks.json"), size, float(given["fps"]), tuple(tracks))

    @cached_property
    def pictures(self) -> tuple[tuple[tuple[Track, Floats], ...], ...]:
        """The vehicles in each picture, with their boxes."""
        count = 1 + max(int(track.numbers[-1]) for track in self.tracks)
        found: list[list[tuple[Track, Floats]]] = [[] for _ in range(count)]
        for track in self.tracks:
            for number, box in zip(track.numbers.tolist(), track.boxes, strict=True):
                found[number].append((track, box))
        return tuple(map(tuple, found))

    def stays(self, zone: Polygon, anchor: Anchor = Anchor.BOTTOM_CENTER) -> list[Stay]:
        """The truth of a zone, by entry."""
        area = Area(zone)
        found = (stay for track in self.tracks if (stay := self._stay(track, area, anchor)))
        return sorted(found, key=lambda stay: (stay.entered_s, stay.track_id))

    def _stay(self, track: Track, area: Area, anchor: Anchor) -> Stay | None:
        inside = [
            n for n, box in zip(track.numbers.tolist(), track.boxes, strict=True) if self.point(box, anchor) in area
        ]
        visits = _visits([n / self.fps for n in inside])
        long = [(first, last) for first, last in visits if last - first >= INSIDE_S - SLACK_S]
        if not visits:
            return None
        chosen = long or visits
        dwell_s = sum(last - first for first, last in chosen)
        return Stay(
            track.track_id, track.vehicle_type, track.is_parked, not long, chosen[0][0], chosen[-1][1], dwell_s
        )  # fmt: skip

    def point(self, box: Sequence[float] | Floats, anchor: Anchor) -> tuple[float, float]:
        """The anchor of a box, in fractions of the picture."""
        left, top, right, bottom = (float(edge) for edge in box)
        down = bottom if anchor is Anchor.BOTTOM_CENTER else (top + bottom) / 2
        return min((left + right) / 2 / self.size[0], 1.0), min(down / self.size[1], 1.0)

    def zones(self, count: int) -> list[Polygon]:
        """Its near zone and others in the near field, always the same ones."""
        random = np.random.default_rng(sum(map(ord, self.name)))
        zones = [NEAR_ZONES[self.name]]
        while len(zones) < count:
            x, y = random.uniform(0.3, 0.7), random.uniform(0.5, 0.8)
            across, down = random.uniform(0.12, 0.28), random.uniform(0.1, 0.2)
            corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
            shifts = random.uniform(-0.04, 0.04, (4, 2))
            quad = tuple(
                (round(x + across * a + float(dx), 3), round(y + down * b + float(dy), 3))
                for (a, b), (dx, dy) in zip(corners, shifts, strict=True)
            )
            if all(0 <= p <= 1 and 0.36 <= q <= 0.98 for p, q in quad):
                zones.append(quad)
        return zones


def _visits(inside_s: Sequence[float]) -> list[tuple[float, float]]:
    visits: list[tuple[float, float]] = []
    for at_s in inside_s:
        if visits and at_s - visits[-1][1] <= ABSENT_S + SLACK_S:
            visits[-1] = visits[-1][0], at_s
        else:
            visits.append((at_s, at_s))
    return visits


def overlaps(boxes: Floats, others: Floats) -> Floats:
    """IoU of each box with each of the others."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)[:, None], (others[:, 2:] - others[:, :2]).prod(axis=1)[None]
    return np.asarray(common / np.maximum(areas[0] + areas[1] - common, 1e-9), np.float64)

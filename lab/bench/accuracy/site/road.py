"""A drawn straight road, seen by a camera 8 m above it: vehicles of known speed, and the speeds that are measured."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_contracts.site import Gate, Site
from onwatch_counting.log import RESOLUTION, LoggedBox, LoggedPicture, pack, unpack_columns
from onwatch_counting.recount import recount
from onwatch_geometry import Box, Point

ASPECT = 16 / 9
HEIGHT_M, TILT, FOCAL = 8.0, math.radians(30), 1.2
NEAR_M, FAR_M = 8.0, 60.0
FIRST_M, LAST_M = 15.0, 45.0
"""Of the calibrated area."""
HALF_WIDTH_M = 6.0
GATE_M = 25.0
SPEEDS_KMH = (12, 31, 50, 72, 95)
SIZES_M = {"car": (4.5, 1.8, 1.5), "truck": (9.0, 2.5, 3.0), "bus": (12.0, 2.5, 3.2)}
PIXEL = 1 / 720
RATES = (5.0, 12.5, 25.0)


def seen(x_m: float, y_m: float, z_m: float = 0.0) -> Point:
    depth = y_m * math.cos(TILT) - (z_m - HEIGHT_M) * math.sin(TILT)
    up = y_m * math.sin(TILT) + (z_m - HEIGHT_M) * math.cos(TILT)
    return 0.5 + FOCAL * x_m / depth / ASPECT, 0.5 - FOCAL * up / depth


SITE = Site(
    gates=(Gate(gate_id="g", name="Gate", points=(seen(-HALF_WIDTH_M, GATE_M), seen(HALF_WIDTH_M, GATE_M))),),
    calibration=CalibrateCoordinates(
        image_points=tuple(
            seen(x, y)
            for x, y in (
                (-HALF_WIDTH_M, FIRST_M),
                (HALF_WIDTH_M, FIRST_M),
                (HALF_WIDTH_M, LAST_M),
                (-HALF_WIDTH_M, LAST_M),
            )
        ),
        side_lengths_m=(2 * HALF_WIDTH_M, LAST_M - FIRST_M, 2 * HALF_WIDTH_M, LAST_M - FIRST_M),
    ),
    aspect_ratio=ASPECT,
)


@dataclass(frozen=True)
class Drive:
    """One vehicle alone on the road."""

    kmh: float
    kind: str
    goes_away: bool
    fps: float
    seed: int

    def boxes(self) -> list[Box | None]:
        """Picture by picture, as a detector sees them: each edge is off by a pixel."""
        noise = random.Random(self.seed)  # noqa: S311 - drawn, the same in every run
        count = math.ceil((FAR_M - NEAR_M) / (self.kmh / 3.6) * self.fps)
        ways = (self.kmh / 3.6 * n / self.fps for n in range(count))
        return [self._box(NEAR_M + way if self.goes_away else FAR_M - way, noise) for way in ways]

    def _box(self, y_m: float, noise: random.Random) -> Box | None:
        length, width, height = SIZES_M[self.kind]
        x_m = 3.0 if self.goes_away else -3.0
        corners = product((x_m - width / 2, x_m + width / 2), (y_m - length / 2, y_m + length / 2), (0.0, height))
        points = [seen(*corner) for corner in corners]
        across, down = [x for x, _ in points], [y for _, y in points]
        edges = (min(across), min(down), max(across), max(down))
        blurred = (edge + noise.gauss(0, PIXEL) / (1 if n % 2 else ASPECT) for n, edge in enumerate(edges))
        left, top, right, bottom = (min(1.0, max(0.0, edge)) for edge in blurred)
        return (left, top, right, bottom) if left < right and top < bottom else None


def drives() -> Iterator[Drive]:
    scenes = product(RATES, SPEEDS_KMH, SIZES_M, (True, False))
    for seed, (fps, kmh, kind, goes_away) in enumerate(scenes):
        yield Drive(kmh, kind, goes_away, fps, seed)


def onwatch(drive: Drive) -> float | None:
    """The speed at the gate."""
    pictures = [
        LoggedPicture(n / drive.fps, (_logged(box, drive.kind),) if box else ()) for n, box in enumerate(drive.boxes())
    ]
    results = recount(SITE, [unpack_columns(pack(pictures))], len(pictures) / drive.fps + 5)
    speeds = [crossing.speed_kmh for crossing in results.crossings]
    return speeds[0] if len(speeds) == 1 else None


def metres_per_pixel(width: int, height: int) -> float:
    """Along the road at the gate: the best scale for pipelines that know only one."""
    (x0, y0), (x1, y1) = seen(0, GATE_M - 0.5), seen(0, GATE_M + 0.5)
    return 1 / math.hypot((x1 - x0) * width, (y1 - y0) * height)


def _logged(box: Box, kind: str) -> LoggedBox:
    left, top, right, bottom = (round(edge * RESOLUTION) for edge in box)
    return LoggedBox(1, left, top, right, bottom, 200, kind)

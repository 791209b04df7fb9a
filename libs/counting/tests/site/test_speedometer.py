"""Speeds of drawn traffic with exact truth: boxes around solid vehicles, as a camera above the road sees them."""

from __future__ import annotations

import math
import random
from itertools import product

import numpy as np
import pytest

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_contracts.site import Gate, Site
from onwatch_counting.log import RESOLUTION, LoggedBox, LoggedPicture
from onwatch_counting.site import SiteCounter, SiteResults

ASPECT = 16 / 9
HEIGHT_M, TILT, FOCAL = 8.0, math.radians(30), 1.2
NEAR_M, FAR_M = 8.0, 60.0
VEHICLES = {"car": (4.5, 1.8, 1.5), "truck": (9.0, 2.5, 3.0), "bus": (12.0, 2.5, 3.2)}
PIXEL = 1 / 720


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - drawn noise, the same in every run


def seen(x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float]:
    depth = y_m * math.cos(TILT) - (z_m - HEIGHT_M) * math.sin(TILT)
    up = y_m * math.sin(TILT) + (z_m - HEIGHT_M) * math.cos(TILT)
    return 0.5 + FOCAL * x_m / depth / ASPECT, 0.5 - FOCAL * up / depth


SITE = Site(
    gates=(Gate(gate_id="g", name="Gate", points=(seen(-6, 25), seen(6, 25))),),
    calibration=CalibrateCoordinates(
        image_points=(seen(-6, 15), seen(6, 15), seen(6, 45), seen(-6, 45)), side_lengths_m=(12, 30, 12, 30)
    ),
    aspect_ratio=ASPECT,
)


def drawn(kind: str, x_m: float, y_m: float, jitter: float, noise: random.Random) -> LoggedBox | None:
    length, width, height = VEHICLES[kind]
    corners = product((x_m - width / 2, x_m + width / 2), (y_m - length / 2, y_m + length / 2), (0.0, height))
    points = [seen(*corner) for corner in corners]
    across, down = [x for x, _ in points], [y for _, y in points]
    edges = (min(across), min(down), max(across), max(down))
    blurred = [edge + noise.gauss(0, jitter) / (1 if n % 2 else ASPECT) for n, edge in enumerate(edges)]
    left, top, right, bottom = (min(RESOLUTION, max(0, round(edge * RESOLUTION))) for edge in blurred)
    return LoggedBox(1, left, top, right, bottom, 200, kind) if left < right and top < bottom else None


def drive(kmh: float, kind: str, away: bool, fps: float, jitter: float = 0.5 * PIXEL, seed: int = 1) -> SiteResults:
    noise, counter = seeded(seed), SiteCounter(SITE, keep_results=True)
    pictures = math.ceil((FAR_M - NEAR_M) / (kmh / 3.6) * fps)
    for n in range(pictures):
        way_m = kmh / 3.6 * n / fps
        one = drawn(kind, 3 if away else -3, NEAR_M + way_m if away else FAR_M - way_m, jitter, noise)
        counter.observe(LoggedPicture(n / fps, (one,) if one else ()))
    counter.finish(pictures / fps + 5)
    return counter.results


SCENES = [
    (kmh, kind, away, seed)
    for seed, (kmh, kind, away) in enumerate(product((12, 31, 50, 72, 95), VEHICLES, (True, False)))
]


@pytest.mark.parametrize("fps", [5, 12.5, 25])
@pytest.mark.parametrize("jitter", [0.5 * PIXEL, PIXEL])
def test_speeds_are_within_2_percent_in_the_mean_and_95_of_100_within_5(fps: float, jitter: float) -> None:
    errors = []
    for kmh, kind, away, seed in SCENES:
        results = drive(kmh, kind, away, fps, jitter, seed)
        [vehicle], [crossing] = results.vehicles, results.crossings
        assert vehicle.speed_kmh is not None
        assert crossing.speed_kmh is not None
        errors += [abs(vehicle.speed_kmh / kmh - 1), abs(crossing.speed_kmh / kmh - 1)]
    assert np.mean(errors) <= 0.02
    assert np.quantile(errors, 0.95) <= 0.05


def test_a_copy_with_fewer_pictures_a_second_gives_the_same_speed() -> None:
    [full], [sparse] = drive(50, "car", True, 25).crossings, drive(50, "car", True, 5).crossings
    assert sparse.speed_kmh == pytest.approx(full.speed_kmh, abs=full.speed_error_kmh + sparse.speed_error_kmh)
    assert full.speed_error_kmh < sparse.speed_error_kmh < 2


def test_outside_of_the_calibrated_area_there_is_no_speed() -> None:
    noise, counter = seeded(1), SiteCounter(SITE, keep_results=True)
    for n in range(100):
        one = drawn("car", -3, 14 - n * 0.05, 0.0, noise)  # it ends 6 m before the area
        assert one is not None
        counter.observe(LoggedPicture(n / 25, (one,)))
    counter.finish(4.0)
    assert [row.speed_kmh for row in (*counter.results.vehicles, *counter.results.visits)] == [None, None]


def test_without_calibration_there_is_no_speed_and_no_gap() -> None:
    site = SITE.model_copy(update={"calibration": None})
    counter = SiteCounter(site, keep_results=True)
    for n in range(100):
        one = drawn("car", -3, 50 - n * 0.4, 0.0, seeded(1))
        counter.observe(LoggedPicture(n / 25, (one,) if one else ()))
    counter.finish(9.0)
    assert [(row.speed_kmh, row.gap_s) for row in counter.results.crossings] == [(None, None)]


def test_the_gap_is_the_headway_without_the_length_of_the_vehicle_before() -> None:
    counter = SiteCounter(SITE, keep_results=True)
    for n in range(200):
        boxes = []
        for track_id, start in ((1, 0), (2, 50)):
            y_m = 50 - 10 * (n - start) / 25
            if NEAR_M < y_m <= 50 and (one := drawn("car", -3, y_m, 0.0, seeded(1))):
                boxes.append(one._replace(track_id=track_id))
        counter.observe(LoggedPicture(n / 25, tuple(boxes)))
    counter.finish(9.0)
    [first, second] = counter.results.crossings
    assert first.gap_s is None
    assert second.headway_s == pytest.approx(2.0, abs=0.01)
    assert second.gap_s == pytest.approx(2.0 - 4.5 / 10, abs=0.02)

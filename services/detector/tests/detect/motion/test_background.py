from __future__ import annotations

import numpy as np
import pytest

from onwatch_detector.detect.motion.background import (
    GAIN_BINS,
    LARGEST_GAIN,
    Background,
    _ratios,
    median_level,
    median_picture,
    relit,
    shrunk,
)
from onwatch_detector.detections import Picture


def road(level: int = 100, *, seed: int = 0, noise: float = 0.0) -> Picture:
    random = np.random.default_rng(seed)
    shades = np.linspace(level - 20, level + 20, 160)[None, :, None] + random.normal(0, noise, (90, 160, 3))
    return np.clip(shades, 0, 255).round().astype(np.uint8)


def with_car(picture: Picture, left: int, width: int = 30) -> Picture:
    driven = picture.copy()
    driven[30:60, left : left + width] = (40, 30, 220)
    return driven


def test_moving_vehicles_are_not_part_of_the_background() -> None:
    samples = [with_car(road(), left) for left in range(0, 120, 12)]
    assert np.abs(Background.of(samples).picture.astype(int) - road()).max() <= 1


def test_the_noise_is_that_of_a_typical_pixel() -> None:
    quiet = Background.of([road(seed=n) for n in range(9)])
    noisy = Background.of([road(seed=n, noise=6.0) for n in range(9)])
    assert quiet.noise == 0.0
    assert noisy.noise == pytest.approx(6.0, rel=0.3)


def test_samples_in_another_light_make_the_same_background() -> None:
    dimmed = [relit(road(), road(60)) for _ in range(4)]
    background = Background.of([*dimmed, *(road() for _ in range(5))])
    assert np.abs(background.picture.astype(int) - road()).mean() < 3


@pytest.mark.parametrize("gain", [0.57, 0.8, 1.25, 1.8])
def test_a_darkened_picture_is_relit_even_if_a_truck_fills_most_of_it(gain: float) -> None:
    darkened = np.clip((road() + 4.0) * gain - 4, 0, 255).round().astype(np.uint8)
    darkened[:, :90] = np.random.default_rng(1).integers(0, 255, (90, 90, 3))
    back = relit(darkened, road())
    assert np.abs(back[:, 90:].astype(int) - road()[:, 90:]).max() <= 4


def test_a_large_picture_is_shrunk_to_working_size_and_a_small_one_is_not() -> None:
    assert shrunk(np.zeros((1080, 1920, 3), np.uint8)).shape == (270, 480, 3)
    assert shrunk(np.zeros((120, 160, 3), np.uint8)).shape == (120, 160, 3)


@pytest.mark.parametrize("pictures", [1, 2, 3, 60, 61, 300])
def test_the_median_picture_is_exact(pictures: int) -> None:
    levels = np.random.default_rng(pictures).integers(0, 256, (pictures, 90, 80, 3)).astype(np.uint8)
    levels[:, :9] = levels[:, :9] // 64 * 85  # 0 and 255, and the same level often
    expected = np.partition(levels, pictures // 2, axis=0)[pictures // 2]
    assert np.array_equal(median_picture(list(levels)), expected)


@pytest.mark.parametrize("levels", [1, 2, 3, 256])
@pytest.mark.parametrize("shape", [(9, 7, 3), (8, 6, 3), (2, 1, 3), (1, 1, 3)])
def test_the_median_level_is_exact(levels: int, shape: tuple[int, int, int]) -> None:
    picture = np.random.default_rng(levels).integers(0, levels, shape).astype(np.uint8)
    assert median_level(picture) == np.median(picture)


def test_the_table_of_ratios_has_the_bins_of_a_histogram() -> None:
    ratios, bins, edges = _ratios()
    counts, expected = np.histogram(ratios, GAIN_BINS, (-LARGEST_GAIN, LARGEST_GAIN))
    assert np.array_equal(np.bincount(bins, minlength=GAIN_BINS + 1)[:GAIN_BINS], counts)
    assert np.array_equal(edges, expected)

"""The picture as a player shows it."""

from __future__ import annotations

import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from onwatch_media.display import MAX_PIXELS, Display, Orientation, grey_copy, orientation_of

ONE = 1 << 16
PICTURE = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def matrix(a: int, b: int, c: int, d: int) -> bytes:
    return struct.pack("=9i", a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize(
    ("values", "turned", "degrees"),
    [
        ((1, 0, 0, 1), PICTURE, 0),
        ((0, 1, -1, 0), np.rot90(PICTURE, -1), 90),
        ((-1, 0, 0, -1), np.rot90(PICTURE, 2), 180),
        ((0, -1, 1, 0), np.rot90(PICTURE, 1), 270),
        ((-1, 0, 0, 1), PICTURE[:, ::-1], 0),
    ],
)
def test_a_display_matrix_turns_the_picture_clockwise(
    values: tuple[int, int, int, int], turned: np.ndarray, degrees: int
):
    found = orientation_of(matrix(*values))
    assert np.array_equal(found.applied(PICTURE), turned)
    assert found.turned_degrees == degrees


def test_without_a_matrix_the_picture_stays_as_it_is_stored():
    assert orientation_of(None) == Orientation()


def test_pixels_that_are_not_square_widen_the_display():
    assert Display.of(720, 576, Fraction(16, 11), None) == Display(1047, 576)


def test_a_quarter_turn_exchanges_width_and_height_after_the_pixels_are_made_square():
    found = Display.of(320, 352, Fraction(2), matrix(0, 1, -1, 0))
    assert (found.width, found.height) == (352, 640)


@pytest.mark.parametrize(
    ("stored", "aspect", "shown"),
    [
        ((2, 16384), Fraction(32768, 3), (6928, 5196)),
        ((64, 48), Fraction(100_000), (16384, 1)),
        ((4000, 9000), Fraction(1, 100_000), (1, 9000)),
        ((7680, 4320), Fraction(2), (11313, 3181)),
        ((720, 576), Fraction(64, 45), (1024, 576)),
    ],
)
def test_pixels_that_are_not_square_make_no_picture_larger_than_is_accepted(
    stored: tuple[int, int], aspect: Fraction, shown: tuple[int, int]
):
    display = Display.of(*stored, aspect, None)
    assert (display.width, display.height) == shown
    assert display.width * display.height <= MAX_PIXELS


@pytest.mark.parametrize(("size", "small"), [((640, 360), (54, 96)), ((90, 160), (96, 54))])
def test_a_grey_copy_has_means_of_the_picture_and_its_shape(size: tuple[int, int], small: tuple[int, int]):
    width, height = size
    half = np.zeros((height, width, 3), np.uint8)
    half[:, width // 2 :] = 200
    grey = grey_copy(av.VideoFrame.from_ndarray(half, format="bgr24"), 96)
    assert grey.shape == small
    assert grey[:, 0].max() <= 1
    assert abs(int(grey[0, -1]) - 200) <= 2


@pytest.mark.parametrize("pixels", ["yuv420p", "nv12", "yuv444p", "yuv420p10le", "gray8"])
@pytest.mark.parametrize(("size", "small"), [((642, 362), (54, 96)), ((250, 442), (96, 54)), ((64, 48), (72, 96))])
def test_a_grey_copy_of_video_has_the_means_of_its_luma(
    pixels: str, size: tuple[int, int], small: tuple[int, int]
) -> None:
    width, height = size
    steps = np.zeros((height, width), np.uint8)
    steps[: height // 2, width // 2 :] = 100
    steps[height // 2 :, : width // 2] = 200
    raw = av.VideoFrame.from_ndarray(steps, format="gray8").reformat(format=pixels)
    grey = grey_copy(raw, 96)
    assert grey.shape == small
    corners = grey[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int).tolist()
    stored = raw.reformat(format="gray8").to_ndarray()[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int).tolist()
    assert corners == pytest.approx(stored, abs=1 if pixels == "gray8" else 18), "as stored: 16 to 235 for 0 to 255"
    middle = grey[small[0] // 2 - 1 : small[0] // 2 + 1, 4].astype(int)
    assert corners[0] <= middle[0] <= middle[1] <= corners[2] + 2


def test_each_pixel_of_a_grey_copy_is_the_mean_of_what_it_covers() -> None:
    random = np.random.default_rng(3)
    luma = random.integers(0, 256, (192, 288), np.uint8)
    raw = av.VideoFrame.from_ndarray(np.vstack([luma, np.full((96, 288), 128, np.uint8)]), format="yuv420p")
    expected = luma.reshape(64, 3, 96, 3).mean(axis=(1, 3))
    assert np.array_equal(grey_copy(raw, 96), np.floor(expected + 1e-9).astype(np.uint8))

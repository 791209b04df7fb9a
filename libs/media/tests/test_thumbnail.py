"""A small picture of a video."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from onwatch_media import make_thumbnail
from onwatch_media.thumbnail import WIDTH, encode_jpeg

Write = Callable[..., Path]


def decoded(jpeg: bytes) -> Any:
    with av.open(BytesIO(jpeg), format="jpeg_pipe") as container:
        return next(container.decode(video=0)).to_ndarray(format="bgr24")


def test_a_thumbnail_is_the_picture_of_one_second_in(write_clip: Write):
    picture = decoded(make_thumbnail(write_clip("a.mp4"), 3.0))
    assert picture.shape == (48, 64, 3)
    bright = np.flatnonzero(picture[24, :, 1] > 150)
    assert bright.min() == pytest.approx(10 * 3, abs=2)  # picture 10, whose bar is at 30


def test_a_wide_picture_is_made_smaller(write_clip: Write):
    picture = decoded(make_thumbnail(write_clip("wide.mp4", width=1920, height=480), 3.0))
    assert picture.shape == (480 * WIDTH // 1920, WIDTH, 3)


def test_jpeg_keeps_the_picture():
    picture = np.full((40, 60, 3), (30, 90, 200), np.uint8)
    assert np.abs(decoded(encode_jpeg(picture)).astype(int) - picture).mean() < 5

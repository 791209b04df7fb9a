from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from onwatch_catalog.media.thumbnails import make_thumbnail
from onwatch_testkit.sample_videos import write_video


def picture(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def test_a_large_video_gets_a_small_picture(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", seconds=2, size=(960, 540))

    assert picture(make_thumbnail(path, 2.0)).shape == (540, 960, 3)


def test_a_small_video_is_not_blown_up(tmp_path: Path) -> None:
    assert picture(make_thumbnail(write_video(tmp_path / "a.mp4"), 2.0)).shape == (48, 64, 3)


def test_a_dark_beginning_is_passed_over(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", seconds=6, dark_until_s=2)

    assert picture(make_thumbnail(path, 6.0)).mean() > 60


def test_a_video_dark_to_the_end_still_gets_one(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", seconds=2, dark_until_s=9)

    assert picture(make_thumbnail(path, 2.0)).mean() < 10


@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.0])
def test_a_short_video_gets_one(tmp_path: Path, seconds: float) -> None:
    assert make_thumbnail(write_video(tmp_path / "a.mp4", seconds=seconds), seconds)[:2] == b"\xff\xd8"

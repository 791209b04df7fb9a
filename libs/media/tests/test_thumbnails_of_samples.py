from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from onwatch_media import make_thumbnail
from onwatch_testkit.sample_videos import write_video


def decoded(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def test_the_thumbnail_of_a_large_video_is_small(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", seconds=2, size=(960, 540))

    assert decoded(make_thumbnail(path, 2.0)).shape == (540, 960, 3)


def test_the_thumbnail_of_a_small_video_is_not_enlarged(tmp_path: Path) -> None:
    assert decoded(make_thumbnail(write_video(tmp_path / "a.mp4"), 2.0)).shape == (48, 64, 3)


def test_a_dark_beginning_is_skipped(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", seconds=6, dark_until_s=2)

    assert decoded(make_thumbnail(path, 6.0)).mean() > 60


def test_a_video_that_is_dark_to_its_end_has_a_thumbnail(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", seconds=2, dark_until_s=9)

    assert decoded(make_thumbnail(path, 2.0)).mean() < 10


@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.0])
def test_a_short_video_has_a_thumbnail(tmp_path: Path, seconds: float) -> None:
    assert make_thumbnail(write_video(tmp_path / "a.mp4", seconds=seconds), seconds)[:2] == b"\xff\xd8"

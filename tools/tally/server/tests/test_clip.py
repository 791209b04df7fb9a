from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from onwatch_catalog.errors import InvalidRoi, NotAVideo
from onwatch_tally.clip import checked_roi, open_clip


def write(path: Path, codec: str = "libx264", pixels: str = "yuv420p", *, first_pts: int = 0) -> Path:
    """Ten grey pictures, a twenty-fifth of a second each."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        stream.codec_context.time_base = Fraction(1, 25)
        for number in range(10):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="bgr24")
            picture.pts, picture.time_base = first_pts + number, Fraction(1, 25)
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
    return path


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mov", "libx264"), ("a.webm", "libvpx")])
def test_playable_files_are_not_converted(tmp_path: Path, name: str, codec: str) -> None:
    clip = open_clip(write(tmp_path / name, codec), None)
    assert clip.obstacle is None
    assert (clip.probe.width, clip.probe.height, clip.probe.fps) == (64, 48, 25.0)


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "said"),
    [
        ("a.avi", "mpeg4", "yuv420p", "do not play AVI files"),
        ("a.mkv", "libx264", "yuv420p", "do not play MKV files"),
        ("a.mp4", "mpeg4", "yuv420p", "do not play mpeg4 in MP4"),
        ("a.mp4", "libx264", "yuv444p", "the pixel format yuv444p"),
    ],
)
def test_an_unplayable_file_names_its_obstacle(tmp_path: Path, name: str, codec: str, pixels: str, said: str) -> None:
    assert said in str(open_clip(write(tmp_path / name, codec, pixels), None).obstacle)


def test_a_clip_whose_first_frame_is_late_is_converted(tmp_path: Path) -> None:
    said = open_clip(write(tmp_path / "late.mp4", first_pts=50), None).obstacle
    assert said is not None
    assert "first frame is 2.00 s after" in said


def test_a_file_that_is_no_video_is_refused_by_the_catalogs_error(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("no video")
    with pytest.raises(NotAVideo, match="not a video that can be read"):
        open_clip(tmp_path / "notes.mp4", None)


def test_a_region_is_checked_by_the_rules_of_the_catalog() -> None:
    triangle = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))
    assert checked_roi(triangle) == triangle
    assert checked_roi(None) is None


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (((0.1, 0.1), (0.9, 0.9)), "it has 2 points; expected 3 to 64"),
        (((0.1, 0.1), (1.9, 0.1), (0.5, 0.9)), "numbers from 0 to 1"),
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), "crosses"),
    ],
)
def test_an_invalid_region_is_refused(points: tuple[tuple[float, float], ...], said: str) -> None:
    with pytest.raises(InvalidRoi, match=said):
        checked_roi(points)

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from onwatch_detector.errors import VideoUnreadable
from onwatch_detector.read import VideoReader
from onwatch_tally.clip import open_clip
from onwatch_tally.conversion import MAX_WIDTH, Stopped, convert

UNEVEN_S = (0.0, 0.04, 0.12, 0.2, 0.52, 0.56)


def write(path: Path, *, width: int = 66, height: int = 50, begins_s: float = 0.0) -> Path:
    """An MPEG-4 Part 2 clip of uneven frame times, each picture brighter than the one before."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 25)
        for number, at_s in enumerate(UNEVEN_S):
            grey = np.full((height, width, 3), 40 + 30 * number, np.uint8)
            picture = av.VideoFrame.from_ndarray(grey, format="bgr24")
            picture.pts, picture.time_base = round((begins_s + at_s) * 25), Fraction(1, 25)
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
    return path


def frames_of(path: Path) -> list[tuple[float, float]]:
    """Video time and mean brightness of each."""
    reader = VideoReader(path)
    frames = []
    while (frame := reader.read()) is not None:
        frames.append((frame.timestamp_s, float(frame.picture.mean())))
    reader.close()
    return frames


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_the_copy_shows_the_same_pictures_at_the_same_times(tmp_path: Path, name: str) -> None:
    source, target, told = write(tmp_path / name, begins_s=2.0), tmp_path / "copy.mp4", []
    convert(source, target, 0.6, told.append, threading.Event())
    copied, original = frames_of(target), frames_of(source)
    assert [at_s for at_s, _ in copied] == pytest.approx(list(UNEVEN_S), abs=0.001)
    assert [grey for _, grey in copied] == pytest.approx([grey for _, grey in original], abs=4)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(0.56 / 0.6)


def test_every_browser_plays_the_copy(tmp_path: Path) -> None:
    source = write(tmp_path / "odd.mkv")
    assert open_clip(source, None).obstacle is not None
    convert(source, tmp_path / "copy.mp4", 0.6, lambda done: None, threading.Event())
    assert open_clip(tmp_path / "copy.mp4", None).obstacle is None


def test_a_large_picture_is_scaled_down_with_its_aspect_ratio(tmp_path: Path) -> None:
    source = write(tmp_path / "large.mkv", width=2 * MAX_WIDTH, height=720)
    convert(source, tmp_path / "copy.mp4", 0.6, lambda done: None, threading.Event())
    probe = open_clip(tmp_path / "copy.mp4", None).probe
    assert (probe.width, probe.height) == (MAX_WIDTH, 360)


def test_it_ends_soon_after_a_stop(tmp_path: Path) -> None:
    stop, told = threading.Event(), []

    def on_progress(fraction: float) -> None:
        told.append(fraction)
        stop.set()

    with pytest.raises(Stopped):
        convert(write(tmp_path / "a.mkv"), tmp_path / "copy.mp4", 0.6, on_progress, stop)
    assert len(told) == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VideoUnreadable, match=r"gone\.mkv"):
        convert(tmp_path / "gone.mkv", tmp_path / "copy.mp4", 0.6, lambda done: None, threading.Event())

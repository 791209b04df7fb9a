"""What a file turned out to be, and what is odd about it, in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from onwatch_media import NoFrames, NotOpened, Truncated, VideoUnusable, inspect
from onwatch_testkit.sample_videos import write_video

Write = Callable[..., Path]

# Four grey pictures of 16 x 16 whose sequence parameter set has no usability information, in which a rate would be.
H264_WITHOUT_RATE = (
    "000000016764000aac72045e400000000168e8438f2c8b0000016588810007fffef7689f0233990000"
    "0001419a086d886ffffee000000001419e102710dfba8100000001019e184d486fffba80"
)


def h264_without_rate(path: Path) -> Path:
    path.write_bytes(bytes.fromhex(H264_WITHOUT_RATE))
    return path


def h265_without_rate(path: Path) -> Path:
    with av.open(str(path), "w", format="hevc") as container:
        stream: Any = container.add_stream("libx265", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.options = {"preset": "ultrafast", "x265-params": "log-level=error:no-vui-timing-info=1"}
        for number in range(10):
            picture = np.full((64, 64, 3), 20 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path


def test_a_sound_file_has_no_notes(write_clip: Write):
    found = inspect(write_clip("a.mp4"))
    assert (found.duration_s, found.fps, found.width, found.height) == (pytest.approx(3.0), 10.0, 64, 48)
    assert not found.notes
    assert not found.is_counted
    assert not found.is_rate_assumed


def test_joined_recordings_are_told_with_the_place_of_the_join(write_clip: Write, tmp_path: Path):
    both = tmp_path / "both.ts"
    both.write_bytes(write_clip("a.ts").read_bytes() + write_clip("b.ts").read_bytes())
    found = inspect(both)
    assert found.duration_s == pytest.approx(6.0)
    assert found.notes == (
        "The file's clock jumps back by 2.9 s at 3.0 s, as in joined recordings; video time continues there.",
    )


def test_a_jump_by_hours_is_told_in_hours(write_clip: Write, tmp_path: Path):
    both = tmp_path / "both.ts"
    later = write_clip("b.ts", [36_000 + number / 10 for number in range(30)])
    both.write_bytes(write_clip("a.ts").read_bytes() + later.read_bytes())
    assert inspect(both).notes == (
        "The file's clock jumps forward by 9:59:57 at 3.0 s, as in joined recordings; video time continues there.",
    )


def test_many_jumps_are_counted_and_not_told_one_by_one(write_clip: Write, tmp_path: Path):
    many = tmp_path / "many.ts"
    many.write_bytes(write_clip("a.ts").read_bytes() * 15)
    notes = inspect(many).notes
    assert len(notes) == 11
    assert notes[-1] == "And it jumps 4 more times."


def test_the_rate_of_a_raw_stream_that_says_none_is_assumed_and_told(write_clip: Write):
    found = inspect(write_clip("a.mjpeg", codec="mjpeg"))
    assert found.is_rate_assumed
    assert found.notes == ("The file has no usable timestamps: its pictures are counted at 25 a second (assumed).",)
    assert found.duration_s == pytest.approx(30 / 25)


def test_a_rate_that_was_set_is_used(write_clip: Write):
    found = inspect(write_clip("a.mjpeg", codec="mjpeg"), counted_rate=10)
    assert (found.duration_s, found.fps, found.is_rate_assumed) == (pytest.approx(3.0), 10.0, False)
    assert found.is_counted
    assert found.notes == ("The file has no usable timestamps: its pictures are counted at 10 a second (as set).",)


@pytest.mark.parametrize(("name", "codec"), [("a.h264", "libx264"), ("a.h265", "libx265")])
def test_the_rate_in_the_headers_of_a_raw_stream_is_used_and_told(tmp_path: Path, name: str, codec: str):
    found = inspect(write_video(tmp_path / name, codec=codec))
    assert (found.fps, found.is_counted, found.is_rate_assumed) == (10.0, True, False)
    assert found.notes == (
        "The file has no usable timestamps: its pictures are counted at 10 a second (as the file says).",
    )


@pytest.mark.parametrize("make", [h264_without_rate, h265_without_rate])
def test_a_raw_stream_without_a_rate_in_its_headers_is_told_as_assumed(tmp_path: Path, make: Callable[[Path], Path]):
    found = inspect(make(tmp_path / "raw"))
    assert (found.fps, found.is_counted, found.is_rate_assumed) == (25.0, True, True)
    assert found.notes == ("The file has no usable timestamps: its pictures are counted at 25 a second (assumed).",)


def test_the_ticks_of_a_clock_in_the_headers_are_not_a_rate(write_clip: Write):
    found = inspect(write_clip("a.h264"))  # its headers say 1000 ticks a second
    assert (found.fps, found.is_rate_assumed) == (25.0, True)


def test_the_codec_is_named(write_clip: Write):
    assert inspect(write_clip("a.mp4")).codec == "h264"
    assert inspect(write_clip("a.avi", codec="mpeg4")).codec == "mpeg4"


def test_a_clock_that_starts_late_makes_the_video_no_longer(write_clip: Write):
    found = inspect(write_clip("late.mkv", [5 + number / 10 for number in range(20)]))
    assert found.duration_s == pytest.approx(2.0)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_file_that_was_cut_short_is_refused(write_clip: Write, name: str):
    path = write_clip(name, codec="mpeg4", keyframe_every=10, width=320, height=240)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(VideoUnusable) as refused:
        inspect(path)
    assert isinstance(refused.value, Truncated | NoFrames)


def test_one_picture_is_no_video(write_clip: Write):
    with pytest.raises(NoFrames, match="1 decodable frames; at least 2"):
        inspect(write_clip("one.mkv", [0.0]))


def test_anything_else_is_told_by_its_beginning(tmp_path: Path):
    text = tmp_path / "a.mp4"
    text.write_text("this is no video")
    with pytest.raises(NotOpened, match="does not begin like any kind of video"):
        inspect(text)

"""What a file turned out to be, and what is odd about it, in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from onwatch_media import NoFrames, NotOpened, Truncated, VideoUnusable, inspect

Write = Callable[..., Path]


def test_a_sound_file_has_no_notes(write_clip: Write):
    found = inspect(write_clip("a.mp4"))
    assert (found.duration_s, found.fps, found.width, found.height) == (pytest.approx(3.0), 10.0, 64, 48)
    assert not found.notes
    assert not found.is_rate_assumed


def test_joined_recordings_are_told_with_the_place_of_the_join(write_clip: Write, tmp_path: Path):
    both = tmp_path / "both.ts"
    both.write_bytes(write_clip("a.ts").read_bytes() + write_clip("b.ts").read_bytes())
    found = inspect(both)
    assert found.duration_s == pytest.approx(6.0)
    assert found.notes == (
        "The file's clock jumps back by 2.9 s at 3.0 s, as in joined recordings; video time continues there.",
    )


def test_the_rate_of_a_raw_stream_that_says_none_is_assumed_and_told(write_clip: Write):
    found = inspect(write_clip("a.mjpeg", codec="mjpeg"))
    assert found.is_rate_assumed
    assert found.notes == ("The file has no usable timestamps: its pictures are counted at 25 a second (assumed).",)
    assert found.duration_s == pytest.approx(30 / 25)


def test_a_rate_that_was_set_is_used(write_clip: Write):
    found = inspect(write_clip("a.mjpeg", codec="mjpeg"), counted_rate=10)
    assert (found.duration_s, found.fps, found.is_rate_assumed) == (pytest.approx(3.0), 10.0, False)


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

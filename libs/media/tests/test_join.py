"""Recordings are joined without encoding again, and what does not fit is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from onwatch_media import NotJoinable, VideoFile, inspect, join

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("name", "codec"),
    [("mp4", "libx264"), ("mkv", "libx264"), ("mp4", "libx265"), ("ts", "libx264"), ("h264", "libx264")],
)
def test_joined_recordings_have_all_pictures_at_continuous_times(
    write_clip: Write, tmp_path: Path, name: str, codec: str
):
    files = [write_clip(f"{number}.{name}", codec=codec) for number in range(3)]
    target = tmp_path / "joined"
    seams = join(files, target)
    with VideoFile(target) as video:
        times_s = [frame.time_s for frame in video.frames()]
    rate = 25 if name == "h264" else 10  # the first is assumed
    assert times_s == pytest.approx([number / rate for number in range(90)], abs=2e-3)
    assert [seam.at_s for seam in seams] == pytest.approx([0.0, 30 / rate, 60 / rate], abs=1e-2)
    assert not any("clock" in note for note in inspect(target).notes)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"codec": "mpeg4"}, "second.mp4 cannot be joined with first.mp4: its codec is mpeg4, not h264"),
        ({"width": 32, "height": 24}, "second.mp4 cannot be joined with first.mp4: its size is 32 x 24, not 64 x 48"),
    ],
)
def test_a_recording_that_does_not_fit_is_named_with_the_difference(
    write_clip: Write, tmp_path: Path, other: dict[str, object], why: str
):
    files = [write_clip("first.mp4"), write_clip("second.mp4", **other)]
    with pytest.raises(NotJoinable, match=why):
        join(files, tmp_path / "joined")

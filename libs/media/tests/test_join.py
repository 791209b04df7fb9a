"""Recordings are joined without encoding again, and what does not fit is named."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from onwatch_media import NotJoinable, VideoFile, inspect, join

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("mp4", "libx264"),
        ("mkv", "libx264"),
        ("mp4", "libx265"),
        ("ts", "libx264"),
        ("h264", "libx264"),
        ("avi", "libx264"),
        ("avi", "mpeg4"),
        ("avi", "mjpeg"),
        ("mov", "mjpeg"),
    ],
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
    assert inspect(target).duration_s == pytest.approx(90 / rate, abs=2e-3)
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


def marked(clip: Path, target: Path, degrees: int) -> Path:
    """The clip in MP4, with a mark that its pictures are to be turned, as phones write it."""
    with av.open(str(clip)) as source, av.open(str(target), "w", format="mp4") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)
    content = bytearray(target.read_bytes())
    at = content.index(b"tkhd") + 44
    turn = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[degrees]
    for place, value in zip((0, 4, 12, 16), turn, strict=True):
        content[at + place : at + place + 4] = struct.pack(">i", value << 16)
    target.write_bytes(content)
    return target


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4"])
def test_recordings_of_phones_stay_turned(write_clip: Write, tmp_path: Path, codec: str, degrees: int):
    files = [marked(write_clip(f"{n}.mp4", codec=codec), tmp_path / f"turned-{n}.mp4", degrees) for n in range(2)]
    target = tmp_path / "joined"
    join(files, target)
    with VideoFile(files[0]) as one, VideoFile(target) as both:
        assert one.display.orientation.turned_degrees == degrees
        assert both.display == one.display
        assert [frame.time_s for frame in both.frames()] == pytest.approx([n / 10 for n in range(60)], abs=2e-3)


def test_a_recording_that_is_turned_otherwise_does_not_fit(write_clip: Write, tmp_path: Path):
    files = [marked(write_clip("a.mp4"), tmp_path / f"{degrees}.mp4", degrees) for degrees in (90, 270)]
    with pytest.raises(NotJoinable, match=r"270.mp4 cannot be joined with 90.mp4: its rotation is 270, not 90"):
        join(files, tmp_path / "joined")


def test_recordings_whose_clock_jumps_or_is_missing_are_joined_without_their_jumps(write_clip: Write, tmp_path: Path):
    jumping = write_clip("jump.ts", [number / 10 + (7200 if number >= 15 else 0) for number in range(30)])
    target = tmp_path / "joined"
    join([jumping, jumping], target)
    with VideoFile(target) as video:
        assert len(video.clock.segments) == 1
        assert [frame.time_s for frame in video.frames()] == pytest.approx([n / 10 for n in range(60)], abs=0.05)


def test_a_codec_that_no_joined_file_can_have_is_named(write_clip: Write, tmp_path: Path):
    clip = write_clip("a.flv", codec="flv")
    with pytest.raises(NotJoinable, match=r"a.flv cannot be joined: no container .* takes its codec, flv1"):
        join([clip, clip], tmp_path / "joined")

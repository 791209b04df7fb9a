"""A video file is opened the same way by everybody, and read on exactly where it was left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from onwatch_media import PictureTooLarge, VideoFile
from onwatch_media.container import open_container
from onwatch_media.file import MAX_THREADS, TimedFrame, decoding_threads

Write = Callable[..., Path]


def all_frames(path: Path) -> list[TimedFrame]:
    with VideoFile(path) as video:
        return list(video.frames())


def joined(target: Path, *parts: Path) -> Path:
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    return target


def recorded_numbers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the packets of all frames that are decoded from now on."""
    decoded: list[int] = []
    decode = VideoFile._decoded

    def recording(video: VideoFile, *packets: Any) -> Iterator[av.VideoFrame]:
        for raw in decode(video, *packets):
            decoded.append(raw.opaque)
            yield raw

    monkeypatch.setattr(VideoFile, "_decoded", recording)
    return decoded


@pytest.fixture
def odd(write_clip: Write, tmp_path: Path) -> dict[str, Path]:
    """One clip of each kind that a reader has to resume in."""
    first, second = write_clip("first.ts"), write_clip("second.ts")
    return {
        "mp4": write_clip("a.mp4"),
        "mkv": write_clip("a.mkv"),
        "avi": write_clip("a.avi", codec="mpeg4"),
        "avi h264": write_clip("b.avi", codec="libx264"),
        "ts": first,
        "ps": write_clip("a.mpg"),
        "joined": joined(tmp_path / "joined.ts", first, second),
        "raw": write_clip("a.h264"),
    }


KINDS = ("mp4", "mkv", "avi", "avi h264", "ts", "ps", "joined", "raw")
KEYFRAME_EVERY_S = 0.5
COUNTED = ("raw", "ps")  # without timestamps, also H.264 of such small pictures in MPEG-PS


@pytest.mark.parametrize("kind", KINDS)
def test_reading_resumes_after_any_frame_with_the_same_frames_and_times(odd: dict[str, Path], kind: str):
    frames = all_frames(odd[kind])
    assert len(frames) == (60 if kind == "joined" else 30)
    for number in (0, 1, 4, 5, 17, len(frames) // 2, len(frames) - 2):
        with VideoFile(odd[kind]) as video:
            rest = list(video.frames(frames[number].place))
        expected = frames[number + 1 :]
        assert [frame.time_s for frame in rest] == [frame.time_s for frame in expected]
        assert np.array_equal(rest[0].raw.to_ndarray(format="gray"), expected[0].raw.to_ndarray(format="gray"))


def test_joined_recordings_have_one_time(odd: dict[str, Path]):
    times_s = [frame.time_s for frame in all_frames(odd["joined"])]
    assert times_s == pytest.approx([number / 10 for number in range(60)], abs=1e-3)


def test_a_clock_that_starts_late_starts_at_zero(write_clip: Write):
    frames = all_frames(write_clip("late.mkv", [5 + number / 10 for number in range(20)]))
    assert frames[0].time_s == 0
    assert frames[-1].time_s == pytest.approx(1.9)


def test_the_larger_the_pictures_the_fewer_are_decoded_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    assert [decoding_threads(width * height) for width, height in ((0, 0), (640, 360), (3840, 2160), (5120, 2880))] == [
        MAX_THREADS,
        MAX_THREADS,
        4,
        2,
    ]
    assert decoding_threads(8192 * 4320) == 1
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert decoding_threads(640 * 360) == 2


def test_a_raw_stream_is_counted_at_the_rate_asked_for(odd: dict[str, Path]):
    with VideoFile(odd["raw"], counted_rate=5) as video:
        times_s = [frame.time_s for frame in video.frames()]
    assert times_s == pytest.approx([number / 5 for number in range(30)])


@pytest.mark.parametrize("kind", KINDS)
def test_frames_from_a_time_begin_shortly_before_it_with_the_same_times(odd: dict[str, Path], kind: str):
    every = all_frames(odd[kind])
    longest_s = every[-1].time_s if kind in COUNTED else KEYFRAME_EVERY_S
    with VideoFile(odd[kind]) as video:
        for share in (0.6, 0.0, 1.0, 0.3):  # also backwards
            time_s = share * every[-1].time_s
            found = list(video.frames_from(time_s))
            assert time_s - longest_s - 0.01 <= found[0].time_s <= time_s + 0.001
            assert [frame.time_s for frame in found] == [frame.time_s for frame in every[-len(found) :]]
            assert np.array_equal(found[0].raw.to_ndarray(), every[-len(found)].raw.to_ndarray())


@pytest.mark.parametrize("kind", KINDS)
def test_keyframes_are_known_where_they_are_reached_without_reading(odd: dict[str, Path], kind: str):
    with VideoFile(odd[kind]) as video:
        times_s = video.keyframe_times_s
    last = {"avi": 0, "avi h264": 0, "raw": 0, "ps": 0, "joined": 60}.get(kind, 30)
    assert times_s == pytest.approx([number / 10 for number in range(0, last, 5)], abs=2e-3)


@pytest.mark.parametrize("kind", ["mp4", "mkv", "ts", "joined"])
def test_a_keyframe_is_decoded_alone(odd: dict[str, Path], kind: str, monkeypatch: pytest.MonkeyPatch):
    frames = {frame.time_s: frame for frame in all_frames(odd[kind])}
    decoded = recorded_numbers(monkeypatch)
    with VideoFile(odd[kind]) as video:
        times_s = video.keyframe_times_s
        for number in (-1, 0, 3, 1):
            decoded.clear()
            found = video.keyframe_at(times_s[number])
            assert found is not None
            assert found.time_s == pytest.approx(times_s[number], abs=2e-3)
            assert np.array_equal(found.raw.to_ndarray(), frames[found.time_s].raw.to_ndarray())
            assert len(decoded) == 1
        assert next(video.frames_from(times_s[2])).time_s == pytest.approx(times_s[2], abs=2e-3), "reading goes on"


def test_a_keyframe_whose_packet_is_damaged_is_not_found(write_clip: Write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("onwatch_media.file.frames_of", lambda packet, undecodable: [])
    with VideoFile(write_clip("a.mp4")) as video:
        assert video.keyframe_at(1.0) is None


def test_the_display_of_a_file_takes_no_second_opening(write_clip: Write, monkeypatch: pytest.MonkeyPatch):
    opened: list[Path] = []

    def counting(path: Path) -> Any:
        opened.append(path)
        return open_container(path)

    monkeypatch.setattr("onwatch_media.file.open_container", counting)
    path = write_clip("a.mp4")
    with VideoFile(path) as first, VideoFile(path) as second:
        place = next(second.frames()).place
        assert first.display == second.display
        assert len(opened) == 2
        assert len(list(second.frames(place))) == 29
        assert len(list(first.frames())) == 30


def test_the_display_of_a_file_that_is_being_read_leaves_its_place(write_clip: Write):
    with VideoFile(write_clip("a.mp4")) as video:
        frames = video.frames()
        numbers = [round(next(frames).time_s * 10) for _ in range(3)]
        assert (video.display.width, video.display.height) == (64, 48)
        assert [*numbers, *(round(frame.time_s * 10) for frame in frames)] == list(range(30))


def test_reaching_the_end_of_a_transport_stream_decodes_little(write_clip: Write, monkeypatch: pytest.MonkeyPatch):
    path = write_clip("a.ts", [number / 10 for number in range(300)])
    decoded = recorded_numbers(monkeypatch)
    with VideoFile(path) as video:
        assert next(video.frames_from(29.0)).time_s == pytest.approx(29.0, abs=0.5)
    assert min(decoded) >= 280


def test_a_frame_without_timestamp_follows_the_one_before(write_clip: Write, monkeypatch: pytest.MonkeyPatch):
    """A packet of a transport stream may contain two frames, and only one timestamp."""
    path = write_clip("a.ts")
    decode = VideoFile._decoded

    def without_the_ninth(video: VideoFile, *place: Any) -> Iterator[av.VideoFrame]:
        for raw in decode(video, *place):
            if raw.opaque == 9:
                raw.pts = None
            yield raw

    monkeypatch.setattr(VideoFile, "_decoded", without_the_ninth)
    with VideoFile(path, counted_rate=10) as video:
        times_s = [frame.time_s for frame in video.frames()]
    assert times_s == pytest.approx([number / 10 for number in range(30)], abs=1e-3)


def test_a_frame_of_another_size_is_shown_in_the_size_of_the_first(write_clip: Write, tmp_path: Path):
    large, small = write_clip("large.ts"), write_clip("small.ts", width=32, height=24)
    with VideoFile(joined(tmp_path / "both.ts", large, small)) as video:
        shapes = {video.display.picture(frame.raw).shape for frame in video.frames()}
    assert shapes == {(48, 64, 3)}


def test_pictures_that_are_too_large_are_refused_before_one_is_decoded(write_clip: Write):
    with pytest.raises(PictureTooLarge, match="64 x 48 = 3,072 pixels; at most 1,000"):
        VideoFile(write_clip("a.mp4"), max_pixels=1000)


def test_undecodable_packets_are_reported_once(write_clip: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    damaged = tmp_path / "damaged.mkv"
    with av.open(str(write_clip("a.mkv", codec="mpeg4"))) as source, av.open(str(damaged), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.dts is None:
                continue
            copy = av.Packet(b"\xff" * 40 if number in (11, 12, 13) else bytes(packet))
            copy.pts, copy.dts, copy.time_base, copy.is_keyframe = (
                packet.pts,
                packet.dts,
                packet.time_base,
                packet.is_keyframe,
            )
            copy.stream = stream
            target.mux(copy)
    assert len(all_frames(damaged)) == 27
    (line,) = (record.getMessage() for record in caplog.records)
    assert line.startswith("damaged.mkv: 3 undecodable packets were passed over, the first: ")

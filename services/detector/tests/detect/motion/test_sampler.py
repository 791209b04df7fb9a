from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest

from onwatch_detector.detect.motion.sampler import BackgroundSampler
from onwatch_detector.detections import Picture
from onwatch_detector.errors import Interrupted, VideoUnreadable
from onwatch_detector.read.decoder import VideoReader
from onwatch_detector.read.in_process import InProcessDecoder
from onwatch_media import VideoFile


def as_it_is(picture: Picture) -> Picture:
    return picture


def never() -> bool:
    return False


def samples(
    path: Path, every_s: float, first: int = 0, to_s: float = 99.0, is_unwanted: Callable[[], bool] = never
) -> dict[int, Picture]:
    with closing(InProcessDecoder(path)) as decoder:
        sampler = BackgroundSampler(decoder, every_s, as_it_is, first=first, is_unwanted=is_unwanted)
        with closing(sampler):
            sampler.read_to(to_s)
    return sampler.samples


def numbers(path: Path, found: dict[int, Picture]) -> dict[int, int]:
    """The frame number of each sample."""
    reader, frames = VideoReader(path), []
    while (frame := reader.read()) is not None:
        frames.append(frame.picture)
    reader.close()
    return {k: next(n for n, frame in enumerate(frames) if np.array_equal(frame, found[k])) for k in found}


def test_a_sample_is_the_last_keyframe_of_its_interval(clip: Path) -> None:
    """A keyframe every 0.4 s, 75 frames."""
    assert numbers(clip, samples(clip, 1.0, to_s=2.0)) == {0: 0, 1: 20, 2: 50}


def test_without_a_keyframe_it_is_the_first_frame_from_its_time_on(clip: Path) -> None:
    found = numbers(clip, samples(clip, 0.2, to_s=1.0))
    assert [found[k] for k in (0, 2, 4)] == [0, 10, 20]
    assert all(5 * k <= found[k] <= 5 * k + 1 for k in found)


def remuxed(clip: Path, target: Path) -> Path:
    with av.open(str(clip)) as source, av.open(str(target), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                container.mux(packet)
    return target


@pytest.mark.parametrize("every_s", [0.13, 0.2, 1.0])
@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
def test_a_sampler_that_begins_in_the_middle_gives_the_same_samples(
    clip: Path, tmp_path: Path, every_s: float, container: str
) -> None:
    path = remuxed(clip, tmp_path / f"remuxed.{container}")
    whole = samples(path, every_s)
    for first in (1, 2, len(whole) - 1):
        late = samples(path, every_s, first=first)
        assert set(late) == {k for k in whole if k >= first}
        assert all(np.array_equal(late[k], whole[k]) for k in late)


def test_it_reads_no_further_than_requested(clip: Path) -> None:
    assert max(samples(clip, 0.2, to_s=1.0)) == 5


def test_old_samples_can_be_forgotten(clip: Path) -> None:
    with closing(InProcessDecoder(clip)) as decoder:
        sampler = BackgroundSampler(decoder, 0.2, as_it_is, first=0, is_unwanted=never)
        sampler.read_to(1.0)
        sampler.forget_before(3)
        assert set(sampler.samples) == {3, 4, 5}
        sampler.close()


def test_of_a_keyframe_nothing_else_is_decoded(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VideoFile, "frames_from", lambda video, time_s: iter(()))
    assert set(samples(clip, 1.0, to_s=2.0)) == {0, 1, 2}


def test_a_keyframe_that_is_not_whole_alone_is_read_like_any_frame(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = samples(clip, 0.5)
    monkeypatch.setattr(VideoFile, "keyframe_at", lambda video, time_s: None)
    found = samples(clip, 0.5)
    assert set(found) == set(expected)
    assert all(np.array_equal(found[k], expected[k]) for k in found)


def test_it_is_interrupted_between_two_frames_when_unwanted(clip: Path) -> None:
    calls: list[bool] = []

    def is_unwanted() -> bool:
        calls.append(True)
        return len(calls) > 3

    with pytest.raises(Interrupted):
        samples(clip, 0.2, is_unwanted=is_unwanted)
    assert len(calls) == 4


def test_a_stream_without_timestamps_is_read_from_its_beginning(clip: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw.h264"
    with av.open(str(clip)) as source, av.open(str(raw), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    whole = samples(raw, 0.5)
    assert len(whole) >= 5
    late = samples(raw, 0.5, first=3)
    assert set(late) == {k for k in whole if k >= 3}
    assert all(np.array_equal(late[k], whole[k]) for k in late)


def test_a_file_that_is_not_a_video_is_unreadable(tmp_path: Path) -> None:
    notes = tmp_path / "notes.mp4"
    notes.write_text("no video")
    with pytest.raises(VideoUnreadable, match=r"notes\.mp4"):
        InProcessDecoder(notes).duration_s()


def test_the_duration_is_that_of_the_file_header(clip: Path) -> None:
    with closing(InProcessDecoder(clip)) as decoder:
        assert decoder.duration_s() == pytest.approx(3.0, abs=0.1)

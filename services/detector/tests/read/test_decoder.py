from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onwatch_detector.errors import VideoUnreadable
from onwatch_detector.read.decoder import Frame, Position, VideoReader


def read_all(path: Path, position: Position | None = None, per_second: float = 0.0) -> list[tuple[Frame, Position]]:
    reader = VideoReader(path, position or Position(), per_second)
    frames = []
    while (frame := reader.read()) is not None:
        frames.append((frame, reader.position))
    reader.close()
    return frames


def test_frames_come_in_order_with_their_own_timestamps(clip: Path) -> None:
    frames = [frame for frame, _ in read_all(clip)]
    assert [frame.number for frame in frames] == list(range(75))
    assert [frame.timestamp_s for frame in frames] == pytest.approx([n / 25 for n in range(75)])
    assert frames[0].picture.shape == (120, 160, 3)


@pytest.mark.parametrize("stopped_after", [0, 1, 8, 9, 10, 33, 73, 74])
def test_a_resumed_reader_gives_the_very_same_frames(clip: Path, stopped_after: int) -> None:
    whole = read_all(clip)
    rest = read_all(clip, whole[stopped_after][1])
    assert [(f.number, f.timestamp_s) for f, _ in rest] == [
        (f.number, f.timestamp_s) for f, _ in whole[stopped_after + 1 :]
    ]
    for (again, _), (before, _) in zip(rest, whole[stopped_after + 1 :], strict=True):
        assert np.array_equal(again.picture, before.picture)


def test_sampled_frames_are_taken_by_video_time_and_keep_their_numbers(clip: Path) -> None:
    frames = [frame for frame, _ in read_all(clip, per_second=5)]
    assert [frame.number for frame in frames] == list(range(0, 75, 5))
    assert [frame.timestamp_s for frame in frames] == pytest.approx([n / 5 for n in range(15)])


@pytest.mark.parametrize("per_second", [5, 8, 10, 12.5, 24])
@pytest.mark.parametrize("stopped_after", [0, 1, 7, 13])
def test_a_resumed_reader_samples_the_very_same_frames(clip: Path, per_second: float, stopped_after: int) -> None:
    whole = read_all(clip, per_second=per_second)
    rest = read_all(clip, whole[stopped_after][1], per_second=per_second)
    assert [(f.number, f.timestamp_s) for f, _ in rest] == [
        (f.number, f.timestamp_s) for f, _ in whole[stopped_after + 1 :]
    ]


def test_the_reader_knows_the_time_of_the_last_decoded_frame_even_if_it_is_not_taken(clip: Path) -> None:
    reader = VideoReader(clip, taken_per_second=5)
    while reader.read() is not None:
        pass
    assert reader.position.next_frame == 75
    assert reader.decoded_s == pytest.approx(74 / 25)
    reader.close()


def test_a_file_that_is_not_a_video_is_named_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("not a video")
    with pytest.raises(VideoUnreadable, match=r"notes\.mp4 cannot be read"):
        VideoReader(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VideoUnreadable, match=r"gone\.mp4"):
        VideoReader(tmp_path / "gone.mp4")


def test_damage_in_the_middle_is_skipped_the_same_way_each_time(clip: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.mp4"
    content = bytearray(clip.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 600] = bytes(600)
    damaged.write_bytes(content)
    first, second = read_all(damaged), read_all(damaged)
    assert 30 < len(first) <= 75
    assert [f.timestamp_s for f, _ in first] == [f.timestamp_s for f, _ in second]
    assert [f.number for f, _ in first] == list(range(len(first)))

"""The promises of decoding, kept in this process and in one of its own, also of a file in an object store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from onwatch_detector.errors import VideoUnreadable
from onwatch_detector.read import (
    GREY_SIDE,
    Decoder,
    DecoderLimits,
    Frame,
    InProcessDecoder,
    Position,
    SandboxedDecoder,
    VideoReader,
)
from onwatch_media.sandbox import ProcessStarter
from onwatch_testkit.stored_videos import stored_copy

Open = Callable[[Path], Decoder]
START = Position()


@pytest.fixture(params=["in process", "sandboxed", "stored"])
def open_decoder(request: pytest.FixtureRequest, starter: ProcessStarter, tmp_path: Path) -> Open:
    if request.param == "in process":
        return InProcessDecoder
    sandboxed = partial(SandboxedDecoder, starter, DecoderLimits())
    return sandboxed if request.param == "sandboxed" else lambda path: sandboxed(stored_copy(path, tmp_path))


def read_all(
    decoder: Decoder, position: Position = START, per_second: float = 0.0, *, on_demand: bool = False
) -> Iterator[tuple[Frame, Position]]:
    with closing(decoder), closing(decoder.reader(position, per_second, on_demand=on_demand)) as reader:
        while (frame := reader.read()) is not None:
            yield frame, reader.position


def reference(path: Path, position: Position = START, per_second: float = 0.0) -> list[tuple[Frame, Position]]:
    frames = []
    with closing(VideoReader(path, position, per_second)) as reader:
        while (frame := reader.read()) is not None:
            assert frame.picture is not None
            frames.append((frame, reader.position))
    return frames


def assert_same(found: list[tuple[Frame, Position]], expected: list[tuple[Frame, Position]]) -> None:
    assert [(frame.number, frame.timestamp_s, after) for frame, after in found] == [
        (frame.number, frame.timestamp_s, after) for frame, after in expected
    ]
    assert all(np.array_equal(one.picture, other.picture) for (one, _), (other, _) in zip(found, expected, strict=True))


@pytest.mark.parametrize("per_second", [0, 8])
@pytest.mark.parametrize("on_demand", [False, True])
def test_frames_times_positions_and_pictures_are_those_of_the_file(
    clip: Path, open_decoder: Open, per_second: float, on_demand: bool
) -> None:
    """Also where somebody keeps all pictures."""
    found = list(read_all(open_decoder(clip), Position(), per_second, on_demand=on_demand)) if not on_demand else []
    if on_demand:
        for frame, after in read_all(open_decoder(clip), Position(), per_second, on_demand=True):
            assert frame.picture is not None
            found.append((frame, after))
    assert_same(found, reference(clip, Position(), per_second))


@pytest.mark.parametrize("stopped_after", [0, 9, 33, 74])
def test_a_reader_resumes_after_any_frame(clip: Path, open_decoder: Open, stopped_after: int) -> None:
    position = reference(clip)[stopped_after][1]
    assert_same(list(read_all(open_decoder(clip), position)), reference(clip, position))


def test_a_reader_knows_the_video_and_the_last_time_decoded(clip: Path, open_decoder: Open) -> None:
    with closing(open_decoder(clip)) as decoder, closing(decoder.reader(Position(), 5)) as reader:
        assert (reader.width, reader.height, reader.frames_per_second) == (160, 120, 25.0)
        assert reader.decoded_s is None or reader.decoded_s == 0
        while reader.read() is not None:
            pass
        assert reader.decoded_s == pytest.approx(74 / 25)
        assert reader.position.next_frame == 75
        assert reader.read() is None, "the end stays the end"


def test_a_grey_copy_is_there_before_the_picture(clip: Path, open_decoder: Open) -> None:
    for (frame, _), (other, _) in zip(read_all(open_decoder(clip), on_demand=True), reference(clip), strict=True):
        assert np.array_equal(frame.shrink(GREY_SIDE), other.shrink(GREY_SIDE))


def test_of_frames_on_demand_any_picture_may_be_asked_for_later(clip: Path, open_decoder: Open) -> None:
    expected = reference(clip)
    with closing(open_decoder(clip)) as decoder, closing(decoder.reader(Position(), on_demand=True)) as reader:
        frames = [reader.read() for _ in range(20)]
        for number in (19, 3, 7):
            frame = frames[number]
            assert frame is not None
            assert np.array_equal(frame.picture, expected[number][0].picture)
        del frames[:10]
        assert reader.read() is not None
        later = frames[0]
        assert later is not None
        assert np.array_equal(later.picture, expected[10][0].picture)


@pytest.mark.parametrize(("every_s", "first"), [(0.2, 0), (1.0, 0), (0.13, 4)])
def test_samples_are_those_of_the_file_also_beside_a_reader(
    clip: Path, open_decoder: Open, every_s: float, first: int
) -> None:
    with closing(InProcessDecoder(clip)) as decoder, closing(decoder.samples(every_s, first)) as samples:
        expected, is_quick, duration_s = list(iter(samples.step, None)), samples.is_quick, decoder.duration_s()
    with closing(open_decoder(clip)) as decoder:
        assert decoder.duration_s() == duration_s
        reader = decoder.reader(Position())
        for _ in range(2):  # a run that goes back opens them again
            with closing(decoder.samples(every_s, first)) as samples:
                assert samples.is_quick == is_quick
                for number in count():
                    step = samples.step()
                    reader.read()
                    if step is None:
                        assert number == len(expected)
                        break
                    other = expected[number]
                    assert (step.reached_s, step.number) == (other.reached_s, other.number)
                    assert (step.picture is None) == (other.picture is None)
                    assert step.picture is None or np.array_equal(step.picture, other.picture)
        reader.close()


def test_what_is_no_video_is_named_with_the_reason(tmp_path: Path, open_decoder: Open) -> None:
    notes = tmp_path / "notes.mp4"
    notes.write_text("no video")
    for path in (notes, tmp_path / "gone.mp4"):
        with closing(open_decoder(path)) as decoder:
            with pytest.raises(
                VideoUnreadable, match=rf"{path.name} cannot be read: .*(No such file|Invalid data|not in the store)"
            ):
                decoder.reader(Position())
            with pytest.raises(VideoUnreadable, match=path.name):
                decoder.duration_s()


def test_what_cannot_be_decoded_is_passed_over_and_told(
    clip: Path, tmp_path: Path, open_decoder: Open, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = tmp_path / "damaged.mp4"
    content = bytearray(clip.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 600] = bytes(600)
    damaged.write_bytes(content)
    expected = reference(damaged)
    caplog.clear()
    assert_same(list(read_all(open_decoder(damaged))), expected)
    assert "undecodable packets" in caplog.text

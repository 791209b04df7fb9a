import pytest
from pydantic import ValidationError

from onwatch_contracts.frame_formats import (
    DEFAULT_FORMAT,
    LARGEST_SIDES,
    FrameFormat,
    WantedFrames,
    frames_key,
    parse_frames_key,
    step_for,
)


@pytest.mark.parametrize(("largest_side", "step"), [(1, 320), (320, 320), (321, 640), (1280, 1280), (1281, None)])
def test_a_size_is_rounded_up_to_a_step(largest_side: int, step: int | None):
    assert step_for(largest_side) == step


def test_a_viewer_without_a_size_gets_the_largest():
    assert step_for(None) is None


def test_the_key_of_the_default_format_is_the_video_as_in_earlier_releases():
    assert frames_key("a-1_B") == "a-1_B"
    assert parse_frames_key("a-1_B") == ("a-1_B", DEFAULT_FORMAT)


@pytest.mark.parametrize("codec", ["jpeg", "vp8"])
@pytest.mark.parametrize("side", [*LARGEST_SIDES, None])
def test_a_key_says_the_video_and_the_format(codec: str, side: int | None):
    frame_format = FrameFormat(codec=codec, largest_side=side)
    assert parse_frames_key(frames_key("a", frame_format)) == ("a", frame_format)


def test_keys_of_formats_differ():
    formats = [FrameFormat(codec=codec, largest_side=side) for codec in ("jpeg", "vp8") for side in (320, None)]
    assert len({frames_key("a", frame_format) for frame_format in formats}) == 4


def test_what_is_wanted_has_a_format():
    assert WantedFrames(codec="vp8", largest_side=640, max_fps=5).format == FrameFormat(codec="vp8", largest_side=640)


@pytest.mark.parametrize("codec", ["", "VP8", "a.b"])
def test_a_codec_is_one_word_of_a_routing_key(codec: str):
    with pytest.raises(ValidationError):
        FrameFormat(codec=codec)

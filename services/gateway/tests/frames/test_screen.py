"""Which format is the best for a viewer, and how many frames of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_contracts.channel import Frames
from onwatch_contracts.frame_formats import DEFAULT_FORMAT, FrameFormat
from onwatch_gateway.frames.screen import Rate, Screen

SIZES = [FrameFormat(largest_side=side) for side in (320, 640, 1280)] + [DEFAULT_FORMAT]


def test_without_video_every_viewer_gets_jpeg() -> None:
    wanted = Frames(video_id="a", largest_side=500, codecs=("vp8",))
    assert Screen.of(wanted, with_video=False) == Screen(largest_side=640)
    assert Screen.of(wanted) == Screen(largest_side=640, codecs=("vp8",))


def test_a_viewer_that_says_nothing_gets_what_earlier_releases_send() -> None:
    assert Screen().wanted == DEFAULT_FORMAT
    assert Screen.of(Frames(video_id="a")) == Screen()


def test_a_codec_that_this_release_does_not_have_is_left_out() -> None:
    assert Screen.of(Frames(video_id="a", largest_side=500, codecs=("of-tomorrow",))) == Screen(largest_side=640)


@pytest.mark.parametrize(
    ("arriving", "wanted", "best"),
    [
        ([320, 640, 1280, None], 640, 640),
        ([320, 1280, None], 640, 1280),
        ([320, None], 640, None),
        ([320], 640, 320),
        ([320, 640], None, 640),
        ([320, 640, None], None, None),
    ],
)
def test_the_smallest_that_suffices_is_the_best_else_the_largest(
    arriving: list[int | None], wanted: int | None, best: int | None
) -> None:
    formats = [FrameFormat(largest_side=side) for side in arriving]
    assert Screen(largest_side=wanted).best_of(formats) == FrameFormat(largest_side=best)


def test_where_nothing_arrives_nothing_is_the_best() -> None:
    assert Screen().best_of([]) is None


@given(st.lists(st.floats(0.001, 0.2), max_size=40), st.integers(1, 30))
def test_no_more_frames_are_taken_than_the_viewer_shows(gaps_s: list[float], max_fps: int) -> None:
    rate, now_s, taken = Rate(), 10.0, 0
    for gap_s in gaps_s:
        now_s += gap_s
        taken += rate.takes(now_s, max_fps)
    assert taken <= (now_s - 10.0) * max_fps + 2


def test_frames_at_the_rate_are_all_taken_however_unevenly_they_come() -> None:
    rate = Rate()
    times_s = [number / 10 + 0.02 * (-1) ** number for number in range(50)]
    assert all(rate.takes(10 + at_s, 10) for at_s in times_s)


def test_all_frames_are_taken_without_a_limit() -> None:
    rate = Rate()
    assert all(rate.takes(1.0, None) for _ in range(3))

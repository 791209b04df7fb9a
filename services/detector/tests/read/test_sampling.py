from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_detector.read.sampling import ROUNDING_S, is_taken


def taken(timestamps: Iterable[float], per_second: float) -> list[float]:
    kept: list[float] = []
    for at_s in timestamps:
        if is_taken(at_s, kept[-1] if kept else None, per_second):
            kept.append(at_s)
    return kept


def at_rate(fps: float, frames: int = 100) -> list[float]:
    return [number / fps for number in range(frames)]


def test_zero_per_second_takes_every_frame() -> None:
    assert taken([0.0, 0.001, 0.002], per_second=0) == [0.0, 0.001, 0.002]


@pytest.mark.parametrize(("fps", "per_second", "every"), [(25, 12.5, 2), (30, 10, 3), (25, 5, 5), (60, 30, 2)])
def test_a_rate_that_divides_takes_every_nth_frame(fps: float, per_second: float, every: int) -> None:
    assert taken(at_rate(fps), per_second) == at_rate(fps)[::every]


@pytest.mark.parametrize("fps", [5, 12.5, 24, 25, 29.97, 30])
@pytest.mark.parametrize("per_second", [30, 60])
def test_a_higher_rate_than_the_video_has_takes_every_frame(fps: float, per_second: float) -> None:
    assert taken(at_rate(fps), per_second) == at_rate(fps)


@pytest.mark.parametrize("cut", [math.floor, round, math.ceil])
def test_timestamps_in_milliseconds_change_nothing(cut: Callable[[float], int]) -> None:
    cut_off = [cut(at_s * 1000) / 1000 for at_s in at_rate(30)]
    assert taken(cut_off, 30) == cut_off
    assert taken(cut_off, 15) == cut_off[::2]


@given(st.lists(st.floats(0.001, 2.0), min_size=1, max_size=60), st.floats(0.5, 60))
def test_every_interval_with_a_frame_has_exactly_one_taken(gaps: list[float], per_second: float) -> None:
    timestamps = [sum(gaps[:count]) for count in range(len(gaps))]
    kept = taken(timestamps, per_second)
    assert len(kept) <= (timestamps[-1] + ROUNDING_S) * per_second + 1
    for at_s in set(timestamps) - set(kept):
        before = max(one for one in kept if one < at_s)
        assert at_s - before <= 1 / per_second + 1e-9

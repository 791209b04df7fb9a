from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_detector.publish.pacing import Pace, keep_pace


def test_the_first_frame_is_due_at_once_and_sets_the_pace() -> None:
    pace = keep_pace(None, video_s=12.0, now_s=100.0, max_lag_s=0.5)
    assert pace == Pace(video_s=12.0, clock_s=100.0)
    assert pace.delay_s(12.0, 100.0) == 0


def test_a_frame_is_due_when_as_much_time_has_passed_as_in_the_video() -> None:
    pace = Pace(video_s=12.0, clock_s=100.0)
    assert pace.delay_s(12.5, 100.25) == pytest.approx(0.25)


def test_a_small_lag_is_caught_up() -> None:
    pace = Pace(video_s=0.0, clock_s=100.0)
    assert keep_pace(pace, video_s=1.0, now_s=101.4, max_lag_s=0.5) is pace


def test_a_large_lag_restarts_the_pace_instead_of_catching_up() -> None:
    pace = keep_pace(Pace(video_s=0.0, clock_s=100.0), video_s=1.0, now_s=101.6, max_lag_s=0.5)
    assert pace == Pace(video_s=1.0, clock_s=101.6)


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=50))
def test_a_watched_video_never_runs_faster_than_time_by_more_than_the_lag(work_s: list[float]) -> None:
    pace, now_s = None, 0.0
    for number, spent_s in enumerate(work_s):
        video_s = number / 25
        now_s += spent_s
        pace = keep_pace(pace, video_s, now_s, max_lag_s=0.5)
        now_s += max(0.0, pace.delay_s(video_s, now_s))
        assert video_s <= now_s + 1e-9

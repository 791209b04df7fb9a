"""Video time is continuous, whatever the file's clock does."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_media.clock import Clock, Packet, clock_of, is_steady

MS = Fraction(1, 1000)
RATE = Fraction(10)


def packets(*times_s: float | None, keyframe_every: int = 5) -> list[Packet]:
    return [
        Packet(pts, pts, number % keyframe_every == 0, 100)
        for number, pts in enumerate(None if time_s is None else round(time_s * 1000) for time_s in times_s)
    ]


def clock(*times_s: float | None) -> Clock:
    return clock_of(packets(*times_s), MS, RATE)


def steady(start_s: float, count: int) -> list[float]:
    return [start_s + number / 10 for number in range(count)]


def test_a_steady_clock_is_one_segment_that_ends_with_its_last_picture():
    found = clock(*steady(0, 20))
    assert found.is_sound
    assert found.end_s == pytest.approx(2.0)


def test_a_clock_may_start_anywhere():
    assert clock(*steady(7200, 20)).end_s == pytest.approx(2.0)
    assert clock(*steady(-3, 20)).end_s == pytest.approx(2.0)


@pytest.mark.parametrize(("starts_s", "jump_s"), [(0.0, -1.9), (36_000.0, 35_998.1), (1.0, -0.9)])
def test_a_clock_that_jumps_begins_a_segment_that_continues_the_one_before(starts_s: float, jump_s: float):
    found = clock(*steady(0, 20), *steady(starts_s, 10))
    assert [segment.first_packet for segment in found.segments] == [0, 20]
    assert found.segments[1].start_s == pytest.approx(2.0)
    assert found.segments[1].jump_s == pytest.approx(jump_s)
    assert found.end_s == pytest.approx(3.0)


def test_a_jump_is_where_presentation_times_jump_though_estimated_decoding_times_follow_later():
    pts = [*steady(0, 20), *steady(7200, 20)]
    dts = [-0.2, -0.1, *pts[:-2]]
    made = [
        Packet(round(p * 1000), round(d * 1000), n % 5 == 0, 100) for n, (p, d) in enumerate(zip(pts, dts, strict=True))
    ]
    found = clock_of(made, MS, RATE)
    assert [segment.first_packet for segment in found.segments] == [0, 20]
    assert found.end_s == pytest.approx(4.0)


def test_a_pause_of_seconds_is_time_that_passed():
    found = clock(*steady(0, 20), *steady(9, 10))
    assert found.is_sound
    assert found.end_s == pytest.approx(10.0)


def test_a_time_lapse_of_one_picture_a_minute_has_no_jumps():
    assert clock(*(60.0 * number for number in range(10))).is_sound


def test_one_wrong_timestamp_is_no_jump():
    found = clock(*steady(0, 10), 5000.0, *steady(1.1, 10))
    assert found.is_sound


def test_without_timestamps_pictures_are_counted():
    found = clock(*[None] * 20)
    assert found.segments[0].is_counted
    assert found.end_s == pytest.approx(2.0)


def test_timestamps_that_stand_still_are_none():
    found = clock(*[0.0] * 20)
    assert found.segments[0].is_counted
    assert found.end_s == pytest.approx(2.0)


def test_a_clock_that_is_missing_at_first_continues_the_pictures_counted():
    found = clock(*[None] * 10, *steady(0, 10))
    assert [(segment.first_packet, segment.is_counted) for segment in found.segments] == [(0, True), (10, False)]
    assert found.segments[1].start_s == pytest.approx(1.0)
    assert found.end_s == pytest.approx(2.0)


def test_the_keyframe_before_a_timestamp_is_found_within_its_segment():
    found = clock(*steady(0, 20), *steady(0, 20))
    assert found.packet_before(0, 700) == 5
    assert found.packet_before(1, 700) == 25
    assert found.packet_before(1, None) == 20


@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.integers(4, 30)), min_size=1, max_size=5))
def test_the_length_of_joined_recordings_is_the_sum_of_theirs(recordings: list[tuple[float, int]]):
    times = [time_s for start_s, count in recordings for time_s in steady(round(start_s, 1), count)]
    joins = [abs(after - before - 0.1) for before, after in pairwise(times)]
    # A step of less than ten seconds forward, or of a few pictures back, is no jump of the clock.
    if all(gap < 1e-6 or gap > 10.2 for gap in joins):
        assert clock(*times).end_s == pytest.approx(len(times) / 10, abs=0.01)


def test_an_index_is_steady_where_it_grows_without_jumps():
    assert is_steady(np.arange(0, 3000, 100), MS, RATE)
    assert not is_steady(np.array([0, 100, 100, 200]), MS, RATE)
    assert not is_steady(np.array([0, 100, 50_000, 50_100]), MS, RATE)


@pytest.mark.parametrize(("duration", "expected_s"), [(100, 3.0), (0, 3.0), (1, 3.0), (50, 2.95), (400, 3.3)])
def test_the_last_picture_lasts_as_stated_unless_that_is_a_tick(duration: int, expected_s: float):
    packets = [Packet(100 * n, 100 * n, True, 100 if n < 29 else duration) for n in range(30)]
    assert clock_of(packets, Fraction(1, 1000), Fraction(1000)).end_s == pytest.approx(expected_s)


def test_a_jump_that_is_told_as_the_length_of_a_picture_is_none():
    """As MP4 does: each picture lasts until the next."""
    times = [100 * n + (7_200_000 if n >= 15 else 0) for n in range(30)]
    packets = [Packet(time, time, True, after - time) for time, after in pairwise([*times, times[-1] + 500_000])]
    clock = clock_of(packets, Fraction(1, 1000), Fraction(30, 7203))  # its average rate
    assert [segment.start_s for segment in clock.segments] == pytest.approx([0.0, 1.5])
    assert clock.end_s == pytest.approx(3.0)

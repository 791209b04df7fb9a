"""Dwell times are the same to the last bit, wherever they are added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_counting.dwell import dwell_time, dwell_us, seconds

DWELLS_US = st.lists(st.integers(0, 10**12), min_size=1, max_size=50)


def test_dwell_time_has_no_rounding_noise():
    assert seconds(dwell_us(0.1, 0.3)) == 0.2


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_dwell_time_is_within_a_microsecond_and_never_negative(entered_at_s: float, stay_s: float):
    us = dwell_us(entered_at_s, entered_at_s + stay_s)
    assert us >= 0
    assert seconds(us) == pytest.approx(stay_s, abs=1e-6)


def test_without_visits_everything_is_zero():
    found = dwell_time(0, 0, 0)
    assert (found.visits, found.mean_s, found.max_s, found.total_s) == (0, 0.0, 0.0, 0.0)


def test_the_mean_is_rounded_once():
    """From a total that was rounded to seconds before, it would be 2.9999999999999997e-06."""
    assert seconds(21) / 7 != 3e-06
    assert dwell_time(7, 21, 3).mean_s == 3e-06


@given(DWELLS_US)
def test_the_mean_is_within_the_dwell_times(dwells_us: list[int]):
    found = dwell_time(len(dwells_us), sum(dwells_us), max(dwells_us))
    assert found.max_s == seconds(max(dwells_us))
    assert found.mean_s <= found.max_s or found.mean_s == pytest.approx(found.max_s)
    assert found.mean_s * len(dwells_us) == pytest.approx(found.total_s)

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_counting.site import Span
from onwatch_counting.tables import ObservedSpans, observed_s
from onwatch_counting.tables.observed import union

EXAMPLES = settings(max_examples=100)


def spans(*timestamps_s: float, end_s: float, period_s: float = 0.04) -> tuple[Span, ...]:
    observed = ObservedSpans(period_s)
    for timestamp_s in timestamps_s:
        observed.add(timestamp_s)
    return observed.finish(end_s)


def test_pictures_close_together_cover_the_time_between_them() -> None:
    assert spans(0.0, 1.0, 2.0, 3.0, end_s=4.0) == ((0.0, 4.0),)


def test_a_damaged_part_is_not_observed() -> None:
    assert spans(0.0, 1.0, 6.0, 7.0, end_s=7.5, period_s=1.0) == ((0.0, 2.0), (6.0, 7.5))


def test_a_video_whose_end_is_missing_is_observed_up_to_its_last_picture() -> None:
    assert spans(0.0, 1.0, end_s=60.0, period_s=0.5) == ((0.0, 1.5),)


def test_a_video_whose_beginning_is_missing_is_observed_from_its_first_picture() -> None:
    assert spans(10.0, 11.0, end_s=12.0) == ((10.0, 12.0),)


def test_nothing_was_observed_without_pictures() -> None:
    assert spans(end_s=60.0) == ()


def test_sparse_pictures_are_no_gaps() -> None:
    assert spans(0.0, 5.0, 10.0, end_s=15.0, period_s=5.0) == ((0.0, 15.0),)


@EXAMPLES
@given(st.lists(st.floats(0, 100), max_size=30), st.floats(0, 10))
def test_spans_are_ordered_and_inside_the_video(timestamps_s: list[float], more_s: float) -> None:
    end_s = max(timestamps_s, default=0.0) + more_s
    found = spans(*sorted(timestamps_s), end_s=end_s)
    flat = [time_s for span in found for time_s in span]

    assert flat == sorted(flat)
    assert all(0 <= time_s <= end_s for time_s in flat)


def test_observed_seconds_are_those_within_the_spans() -> None:
    found = ((0.0, 10.0), (20.0, 30.0))

    assert observed_s(found, 5.0, 25.0) == 10.0
    assert observed_s(found, 12.0, 18.0) == 0.0
    assert observed_s((), 0.0, 10.0) == 0.0


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=8), st.integers(0, 50), st.integers(0, 20))
def test_a_union_has_every_second_of_its_parts_once(parts: list[tuple[int, int]], since_s: int, length_s: int) -> None:
    joined = union((float(start), float(start + length)) for start, length in parts)
    seconds = {at for start, length in parts for at in range(start, start + length)}

    expected = len(seconds & set(range(since_s, since_s + length_s)))
    assert observed_s(joined, since_s, since_s + length_s) == pytest.approx(expected)

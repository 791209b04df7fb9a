from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_counting.tables.queue import queue

EXAMPLES = settings(max_examples=100)

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)).map(lambda s: (float(s[0]), float(s[0] + s[1]))))


def test_a_queue_grows_and_shrinks() -> None:
    found = queue([(1.0, 9.0), (3.0, 5.0), (4.0, 9.0)])

    assert [found.at(time_s) for time_s in (0.0, 1.0, 3.5, 4.0, 5.0, 9.0)] == [0, 1, 2, 3, 2, 0]
    assert found.max(0.0, 10.0) == 3
    assert found.mean(0.0, 10.0) == pytest.approx((8 + 2 + 5) / 10)


def test_a_vehicle_that_follows_at_once_makes_no_gap() -> None:
    assert queue([(1.0, 2.0), (2.0, 3.0)]).lengths == (1, 0)


def test_nobody_stands() -> None:
    assert (queue([]).max(0.0, 5.0), queue([]).mean(0.0, 5.0), queue([]).mean(5.0, 5.0)) == (0, 0.0, 0.0)


@EXAMPLES
@given(SPANS, st.integers(0, 40), st.integers(1, 20))
def test_it_is_the_number_of_spans_at_each_time(spans: list[tuple[float, float]], since: int, length: int) -> None:
    found = queue(spans)
    lengths = [sum(a <= at < b for a, b in spans) for at in range(since, since + length)]

    assert [found.at(float(at)) for at in range(since, since + length)] == lengths
    assert found.max(since, since + length) == max(lengths)
    assert found.mean(since, since + length) == pytest.approx(sum(lengths) / length)

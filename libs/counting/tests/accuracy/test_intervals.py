from __future__ import annotations

import pytest

from onwatch_counting.accuracy.intervals import interval_s, intervals


@pytest.mark.parametrize(
    ("span_s", "expected_s"),
    [(3, 5), (11, 5), (50, 10), (75, 15), (150, 30), (299, 30), (300, 60), (3600, 60), (7200, 300), (43200, 900)],
)
def test_the_interval_length_depends_on_the_span(span_s: float, expected_s: float) -> None:
    assert interval_s(span_s) == expected_s


def counts(person_s: list[float], system_s: list[float], span_s: float) -> list[tuple[float, float, int, int]]:
    return [(i.start_s, i.end_s, i.person, i.system) for i in intervals(person_s, system_s, span_s)]


def test_every_second_is_in_one_interval_and_the_last_may_be_short() -> None:
    assert counts([1.0, 9.0], [1.0, 4.9, 11.9], 12.0) == [(0, 5, 1, 2), (5, 10, 1, 0), (10, 12, 0, 1)]


def test_the_very_end_is_in_the_last_interval() -> None:
    assert counts([10.0], [], 10.0)[-1] == (5, 10, 1, 0)


def test_a_whole_number_of_intervals_has_no_empty_one_at_the_end() -> None:
    assert len(counts([], [], 300.0)) == 5
    assert len(counts([], [], 0.3)) == 1

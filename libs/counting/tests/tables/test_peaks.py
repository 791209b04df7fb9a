from __future__ import annotations

from typing import Any

import pytest

from onwatch_counting.site import SiteResults, Span
from onwatch_counting.tables import CountedVideo, interval_table, peak_hour

HOURS_3 = 10_800.0


def peak(samples: Any, per_interval: list[int], *, observed: tuple[Span, ...] = ((0.0, HOURS_3),)) -> Any:
    times_s = [900.0 * index + n for index, count in enumerate(per_interval) for n in range(count)]
    crossings = tuple(samples.crossing("north", number, at_s) for number, at_s in enumerate(times_s))
    video = CountedVideo("v", samples.site(), SiteResults(crossings=crossings), observed, HOURS_3)
    return peak_hour(interval_table([video], "gates", 900), 900)


def test_the_peak_hour_is_four_quarters_in_a_row(samples: Any) -> None:
    found = peak(samples, [1, 2, 9, 5, 4, 2, 1, 1, 1, 1, 1, 1])

    assert (found.first.since_s, found.last.until_s) == (900.0, 4500.0)
    assert found.counts == {"car": 20}
    assert found.peak_hour_factor == pytest.approx(20 / (4 * 9))


def test_of_equal_hours_the_first_is_taken(samples: Any) -> None:
    assert peak(samples, [1] * 12).first.since_s == 0.0
    assert peak(samples, [1] * 12).peak_hour_factor == 1.0


def test_an_hour_that_was_not_observed_completely_is_no_peak_hour(samples: Any) -> None:
    found = peak(samples, [9, 9, 9, 9, 1, 1, 1, 1, 2, 1, 1, 1], observed=((0.0, 1000.0), (1900.0, HOURS_3)))

    assert found.first.since_s == 2700.0


def test_less_than_an_hour_has_no_peak_hour(samples: Any) -> None:
    assert peak(samples, [9, 9, 9], observed=((0.0, 2700.0),)) is None


def test_an_hour_without_vehicles_has_no_factor(samples: Any) -> None:
    assert peak(samples, []).peak_hour_factor is None


def test_intervals_that_do_not_divide_an_hour_have_no_peak_hour(samples: Any) -> None:
    video = CountedVideo("v", samples.site(), SiteResults(), ((0.0, HOURS_3),), HOURS_3)

    assert peak_hour(interval_table([video], "gates", 7200), 7200) is None
    assert peak_hour(interval_table([video], "gates", 3600), 3600) is not None

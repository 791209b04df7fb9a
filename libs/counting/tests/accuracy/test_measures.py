from __future__ import annotations

import pytest

from onwatch_counting.accuracy.measures import error_percent, geh, mape_percent, per_hour


def test_an_error_is_in_per_cent_of_the_persons_count() -> None:
    assert error_percent(20, 17) == pytest.approx(15.0)
    assert error_percent(20, 23) == pytest.approx(15.0)
    assert error_percent(0, 4) is None


def test_mape_is_the_mean_over_intervals_with_vehicles() -> None:
    assert mape_percent([(10, 10), (10, 8), (4, 5), (0, 3)]) == pytest.approx((0 + 20 + 25) / 3)


def test_mape_without_intervals_is_none() -> None:
    assert mape_percent([(0, 2), (0, 0)]) is None
    assert mape_percent([]) is None


def test_errors_that_cancel_in_the_total_remain_in_the_mape() -> None:
    assert mape_percent([(10, 5), (10, 15)]) == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("modelled", "counted", "expected"),
    [(1000, 1000, 0.0), (1100, 1000, 3.0861), (850, 1000, 4.9320), (100, 40, 7.1714), (0, 0, 0.0), (50, 0, 10.0)],
)
def test_geh_of_hourly_flows(modelled: float, counted: float, expected: float) -> None:
    assert geh(modelled, counted) == pytest.approx(expected, abs=1e-4)
    assert geh(counted, modelled) == geh(modelled, counted)


def test_geh_grows_with_the_root_of_the_scale_to_an_hour() -> None:
    assert per_hour(15, 900.0) == 60.0
    assert geh(per_hour(12, 900.0), per_hour(10, 900.0)) == pytest.approx(2 * geh(12, 10))

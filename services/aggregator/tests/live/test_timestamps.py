from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from onwatch_aggregator.live.timestamps import from_us, to_us


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_a_timestamp_round_trips_exactly(timestamp: datetime):
    assert from_us(to_us(timestamp)) == timestamp


def test_the_time_zone_of_a_timestamp_does_not_matter():
    timestamp = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert to_us(timestamp.astimezone(timezone(timedelta(hours=5, minutes=30)))) == to_us(timestamp)


def test_timestamps_until_the_year_2255_are_exact_in_the_numbers_of_lua():
    assert to_us(datetime(2255, 1, 1, tzinfo=UTC)) < 2**53

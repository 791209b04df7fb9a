from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_counting.tables import Interval, InvalidInterval
from onwatch_counting.tables.clock import clock_intervals, video_intervals, zone_of

EXAMPLES = settings(max_examples=100)

BERLIN = ZoneInfo("Europe/Berlin")


def clock(length_s: int, since: str, hours: float, zone: ZoneInfo = BERLIN) -> list[str]:
    start = datetime.fromisoformat(since)
    found = clock_intervals(length_s, start, start + timedelta(hours=hours), zone)
    return [f"{one.starts_at:%H:%M%z}-{one.ends_at:%H:%M%z}" for one in found]


def test_intervals_of_a_video_without_a_clock_begin_at_its_start() -> None:
    assert video_intervals(900, 1000.0) == (Interval(0.0, 900.0), Interval(900.0, 1800.0))
    assert video_intervals(900, 900.0) == (Interval(0.0, 900.0),)
    assert video_intervals(900, 0.0) == (Interval(0.0, 900.0),)


def test_intervals_are_aligned_to_the_clock() -> None:
    start = datetime.fromisoformat("2026-05-04T07:02:30+02:00")
    first, *_, last = clock_intervals(900, start, start + timedelta(hours=1), BERLIN)

    assert (first.since_s, first.until_s) == (-150.0, 750.0)
    assert f"{first.starts_at:%H:%M}" == "07:00"
    assert f"{last.ends_at:%H:%M}" == "08:15"


def test_a_clock_of_another_country_than_that_of_the_recorder_is_used() -> None:
    assert clock(3600, "2026-01-01T06:00:00+00:00", 1) == ["07:00+0100-08:00+0100"]
    assert clock(3600, "2026-01-01T06:00:00+00:00", 1, ZoneInfo("Asia/Kolkata")) == [
        "11:00+0530-12:00+0530",
        "12:00+0530-13:00+0530",
    ]


def test_the_hour_that_is_repeated_in_autumn_has_its_intervals_twice() -> None:
    assert clock(1800, "2026-10-25T01:30:00+02:00", 2.5) == [
        "01:30+0200-02:00+0200",
        "02:00+0200-02:30+0200",
        "02:30+0200-02:00+0100",
        "02:00+0100-02:30+0100",
        "02:30+0100-03:00+0100",
    ]


def test_the_hour_that_is_left_out_in_spring_has_no_interval() -> None:
    assert clock(900, "2026-03-29T01:30:00+01:00", 1) == [
        "01:30+0100-01:45+0100",
        "01:45+0100-03:00+0200",
        "03:00+0200-03:15+0200",
        "03:15+0200-03:30+0200",
    ]


def test_an_interval_longer_than_the_change_lasts_longer_or_shorter() -> None:
    autumn = datetime.fromisoformat("2026-10-25T00:00:00+02:00")
    spring = datetime.fromisoformat("2026-03-29T00:00:00+01:00")

    assert [i.duration_s / 3600 for i in clock_intervals(7200, autumn, autumn + timedelta(hours=5), BERLIN)] == [2, 3]
    assert [i.duration_s / 3600 for i in clock_intervals(7200, spring, spring + timedelta(hours=3), BERLIN)] == [2, 1]
    assert [i.duration_s / 3600 for i in clock_intervals(86400, autumn, autumn + timedelta(hours=5), BERLIN)] == [25]


def test_the_length_divides_a_day() -> None:
    for length_s in (0, 5, 7, 420):
        with pytest.raises(InvalidInterval, match=f"an interval of {length_s} s is shorter than 10 s or"):
            video_intervals(length_s, 10.0)


def test_too_many_intervals_are_refused() -> None:
    with pytest.raises(InvalidInterval, match="30000 intervals of 10 s; at most 20000"):
        video_intervals(10, 300_000.0)


def test_the_zone_of_a_time_without_a_name_is_its_offset() -> None:
    assert zone_of(datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=3))), None).utcoffset(None) == timedelta(
        hours=3
    )
    with pytest.raises(InvalidInterval, match="'Europe/Atlantis' is not in the IANA database"):
        zone_of(datetime(2026, 1, 1, tzinfo=UTC), "Europe/Atlantis")


ZONES = st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
LENGTHS_S = st.sampled_from([60, 300, 900, 1200, 1800, 2700, 3600, 7200, 21_600, 43_200, 86_400])


@EXAMPLES
@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.floats(0, 30_000),
    ZONES,
    LENGTHS_S,
)
def test_intervals_cover_the_time_without_gap_and_begin_on_the_clock(
    since: datetime, seconds: float, name: str, length_s: int
) -> None:
    zone, until = ZoneInfo(name), since + timedelta(seconds=seconds)
    found = clock_intervals(length_s, since, until, zone)

    assert found[0].since_s <= 0 < found[0].until_s
    assert found[-1].until_s >= (until - since).total_seconds() >= min(0, found[-1].since_s)
    assert all(a.until_s == b.since_s for a, b in pairwise(found))
    for one in found:
        assert one.starts_at is not None
        midnight = one.starts_at.replace(hour=0, minute=0, second=0, tzinfo=None)
        on_the_clock = (one.starts_at.replace(tzinfo=None) - midnight).total_seconds() % length_s == 0
        assert on_the_clock or _is_changed_near(one.starts_at)


def _is_changed_near(at: datetime) -> bool:
    """An hour that the clock leaves out has no beginning of its own; the change of the clock is one."""
    before = (at.astimezone(UTC) - timedelta(seconds=1)).astimezone(at.tzinfo)
    return before.utcoffset() != at.utcoffset()

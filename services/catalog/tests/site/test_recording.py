from __future__ import annotations

from datetime import UTC, datetime

import pytest

from onwatch_catalog.records.site import StoredSite
from onwatch_catalog.site.recording import RecordingRules, at_clock

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PATTERN = r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d\d) (?P<hour>\d\d)h(?P<minute>\d\d)"


def told(site: StoredSite) -> tuple[str | None, str | None, str]:
    at = site.recorded_at.isoformat() if site.recorded_at else None
    return at, site.time_zone, site.recorded_source


def test_the_container_is_asked_first_then_each_name() -> None:
    rules = RecordingRules()

    assert told(rules.site_of(NOON, "cam_20260701_080000.mp4")) == ("2026-07-01T12:00:00+00:00", None, "container")
    assert told(rules.site_of(None, "a.mp4", "cam_20260701_080000")) == ("2026-07-01T08:00:00+00:00", None, "file_name")
    assert told(rules.site_of(None, "a.mp4", "Main street")) == (None, None, "none")


def test_where_the_cameras_are_names_tell_the_clock_there() -> None:
    rules = RecordingRules("Europe/Berlin")

    assert told(rules.site_of(NOON)) == ("2026-07-01T14:00:00+02:00", "Europe/Berlin", "container")
    found = rules.site_of(None, "cam_20260101_080000.mp4")
    assert told(found) == ("2026-01-01T08:00:00+01:00", "Europe/Berlin", "file_name")
    assert told(rules.site_of(None, "a.mp4")) == (None, "Europe/Berlin", "none")


def test_a_pattern_of_the_installation_comes_before_the_container() -> None:
    rules = RecordingRules(name_pattern=PATTERN)

    found = rules.site_of(NOON, "K7 31.12.26 23h59.avi")
    assert told(found) == ("2026-12-31T23:59:00+00:00", None, "file_name")
    assert told(rules.site_of(NOON, "other.avi")) == ("2026-07-01T12:00:00+00:00", None, "container")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("K7 31.12.26 23h59.avi", datetime(2026, 12, 31, 23, 59)),
        ("K7 32.12.26 23h59.avi", None),
        ("cam_20260101_080000.mp4", None),
    ],
)
def test_a_pattern_of_the_installation_finds_the_time(name: str, expected: datetime | None) -> None:
    assert RecordingRules(name_pattern=PATTERN).time_in(name) == expected


def test_of_two_times_when_clocks_are_set_back_the_first_is_meant() -> None:
    set_back = at_clock(datetime(2026, 10, 25, 2, 30), "Europe/Berlin")

    assert set_back.isoformat() == "2026-10-25T02:30:00+02:00"

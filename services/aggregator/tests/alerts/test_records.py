"""The cursor of a page."""

from __future__ import annotations

from onwatch_aggregator.alerts.records import PageKey
from onwatch_testkit.clock import FakeClock


def test_a_cursor_is_read_as_it_was_written():
    key = PageKey(FakeClock().now(), 1 / 3, "abc")
    assert PageKey.parsed(key.cursor) == key

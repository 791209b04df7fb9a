from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from onwatch_catalog.errors import InvalidCursor
from onwatch_catalog.records.paging import PageKey, cursor_after, parse_cursor


def test_a_cursor_leads_back_to_its_video(make_video: Any) -> None:
    at = datetime(2026, 3, 2, 8, 15, 30, 123456, tzinfo=UTC)

    assert parse_cursor(cursor_after(make_video("v-7", created_at=at))) == PageKey(at, "v-7")


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "A",
        "!!!",
        "äöü",
        _cursor("yesterday v-7"),
        _cursor("2026-03-02T08:15:30 v-7"),
        _cursor("2026-03-02T08:15Z"),
        _cursor("0001-01-01T00:00:00+23:59 x"),
        _cursor("9999-12-31T23:59:59-23:59 x"),
        _cursor("2026-03-02T08:15:30Z \0"),
        _cursor("2026-03-02T08:15:30Z a.b"),
    ],
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        parse_cursor(cursor)

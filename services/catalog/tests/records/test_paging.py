from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from onwatch_catalog.errors import InvalidCursor
from onwatch_catalog.records.listing import Listing
from onwatch_catalog.records.paging import PageKey, cursor_after, key_of, parse_cursor
from onwatch_contracts.http import VideoSort


def test_a_cursor_leads_back_to_its_video(make_video: Any) -> None:
    at = datetime(2026, 3, 2, 8, 15, 30, 123456, tzinfo=UTC)

    assert parse_cursor(cursor_after(make_video("v-7", created_at=at))) == PageKey(at, "v-7")


@pytest.mark.parametrize("sort", VideoSort)
def test_a_cursor_of_any_order_leads_back_to_its_video(make_video: Any, sort: VideoSort) -> None:
    listing, video = Listing(sort=sort), replace(make_video("v-7"), name="Elm 12", duration_s=1 / 3)

    assert parse_cursor(cursor_after(video, listing), listing) == key_of(video, listing)


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


@pytest.mark.parametrize(
    ("sort", "text"),
    [
        ("name", '["name", "a", "v"'),
        ("name", '["-name", "a", "v"]'),
        ("name", '["name", "a", 7]'),
        ("name", '["name", "a", "a.b"]'),
        ("name", '["name", 7, "v"]'),
        ("name", '["name", "\\u0000", "v"]'),
        ("name", '["name", "\\ud800", "v"]'),
        ("name", '{"name": 1}'),
        ("name", "[" * 100_000),
        ("created_at", '["created_at", "2026-03-02T08:15:30", "v"]'),
        ("created_at", '["created_at", 7, "v"]'),
        ("duration_s", '["duration_s", "long", "v"]'),
        ("duration_s", '["duration_s", NaN, "v"]'),
        ("duration_s", f'["duration_s", 1{"0" * 400}, "v"]'),
        ("size_bytes", '["size_bytes", 1.5, "v"]'),
        ("size_bytes", f'["size_bytes", {1 << 63}, "v"]'),
        ("name", "2026-03-02T08:15:30Z v-7"),
    ],
)
def test_anything_else_is_refused_in_other_orders(sort: str, text: str) -> None:
    with pytest.raises(InvalidCursor):
        parse_cursor(_cursor(text), Listing(sort=VideoSort(sort)))

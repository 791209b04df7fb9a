from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from onwatch_catalog.records.video import as_http


def test_the_api_shows_the_request_for_an_analysis(make_video: Any) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    video = as_http(replace(make_video("v"), analysis_requested_at=at))

    assert video.analysis is not None
    assert video.analysis.requested_at == at
    assert as_http(make_video("v")).analysis is None

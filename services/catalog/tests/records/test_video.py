from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from onwatch_catalog.records.video import as_http, file_as_http


def test_the_api_shows_the_request_for_an_analysis(make_video: Any) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    video = as_http(replace(make_video("v"), analysis_requested_at=at))

    assert video.analysis is not None
    assert video.analysis.requested_at == at
    assert as_http(make_video("v")).analysis is None


def test_the_container_of_a_file_is_what_its_name_ends_with(make_video: Any) -> None:
    assert file_as_http(replace(make_video("v"), file_path="v/source.h264")).container == "h264"


def test_a_file_of_which_nothing_was_recorded_has_no_notes(make_video: Any) -> None:
    found = file_as_http(make_video("v"))
    assert (found.codec, found.notes, found.is_counted, found.recorded_fps) == (None, (), False, None)

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onwatch_catalog.analysis.selection import Selection, parallel_of, select
from onwatch_catalog.records import AnalysisRequest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def request(video_id: str, seconds: float) -> AnalysisRequest:
    return AnalysisRequest(video_id, NOON + timedelta(seconds=seconds))


OLD, MIDDLE, NEW = request("old", 0), request("middle", 1), request("new", 2)


@pytest.mark.parametrize(
    ("room", "limit", "parallel"),
    [
        (0, None, 1),  # no detector: one is started for the request
        (1, None, 1),
        (2, None, 1),
        (100, None, 99),
        (-3, None, 1),  # viewers wait
        (100, 8, 8),
        (5, 8, 4),
        (0, 8, 1),
    ],
)
def test_analyses_take_what_viewers_leave_but_one_slot(room: int, limit: int | None, parallel: int) -> None:
    assert parallel_of(room, limit) == parallel


def test_the_oldest_requests_are_wanted() -> None:
    assert select([NEW, OLD, MIDDLE], (), parallel=2) == Selection(wanted=(OLD, MIDDLE), released=())


def test_a_request_that_ended_is_released_and_the_next_is_wanted() -> None:
    assert select([NEW, MIDDLE], {"old"}, parallel=1) == Selection(wanted=(MIDDLE,), released=("old",))


def test_without_requests_nothing_is_published() -> None:
    assert select([], (), parallel=3) == Selection(wanted=(), released=())


def test_a_request_that_is_still_wanted_is_not_released() -> None:
    assert select([OLD, NEW], {"old"}, parallel=1) == Selection(wanted=(OLD,), released=())

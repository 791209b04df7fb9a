from __future__ import annotations

from datetime import UTC, datetime, timedelta

from onwatch_catalog.analysis.requests import Demand, StandingAnalysis, decide

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def request(video_id: str, seconds: float) -> StandingAnalysis:
    return StandingAnalysis(video_id, NOON + timedelta(seconds=seconds))


OLD, MIDDLE, NEW = request("old", 0), request("middle", 1), request("new", 2)


def test_the_oldest_requests_are_wanted() -> None:
    assert decide([NEW, OLD, MIDDLE], (), parallel=2) == Demand(wanted=(OLD, MIDDLE), released=())


def test_what_does_not_stand_any_more_is_released_and_the_next_is_wanted() -> None:
    assert decide([NEW, MIDDLE], {"old"}, parallel=1) == Demand(wanted=(MIDDLE,), released=("old",))


def test_nothing_stands_nothing_is_said() -> None:
    assert decide([], (), parallel=3) == Demand(wanted=(), released=())


def test_what_is_still_wanted_is_not_released() -> None:
    assert decide([OLD, NEW], {"old"}, parallel=1) == Demand(wanted=(OLD,), released=())

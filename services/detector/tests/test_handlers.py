from __future__ import annotations

from onwatch_contracts.messages import MESSAGES
from onwatch_detector.handlers import DEMAND, NEWS, SUBSCRIPTIONS


def test_demand_is_shared_among_workers_and_stale_within_a_heartbeat() -> None:
    assert DEMAND.ttl_s == 2.0
    assert [message.name for message in DEMAND.messages] == ["demand.wanted"]


def test_news_are_those_of_the_videos_in_the_slots_only() -> None:
    assert NEWS.per_video
    assert set(NEWS.messages) <= set(MESSAGES)


def test_what_a_video_needs_is_heard_before_demand_for_it_is_taken() -> None:
    assert [queue for queue, _ in SUBSCRIPTIONS] == [NEWS, DEMAND]

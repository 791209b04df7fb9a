from __future__ import annotations

from onwatch_contracts.messages import MESSAGES
from onwatch_detector.handlers import DEMAND, EVENTS, SUBSCRIPTIONS


def test_demand_is_shared_among_workers_and_stale_within_a_heartbeat() -> None:
    assert DEMAND.ttl_s == 2.0
    assert [message.name for message in DEMAND.messages] == ["demand.wanted"]


def test_events_are_received_only_for_videos_in_the_slots() -> None:
    assert EVENTS.per_video
    assert set(EVENTS.messages) <= set(MESSAGES)


def test_events_are_subscribed_before_demand() -> None:
    assert [queue for queue, _ in SUBSCRIPTIONS] == [EVENTS, DEMAND]

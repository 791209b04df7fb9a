from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from onwatch_catalog.webhooks.events import event_of, ping_of
from onwatch_contracts.messages import AlertChangedV1, RunFailedV1, RunLostV1, VideoPersistedV1
from onwatch_contracts.samples import MESSAGES
from onwatch_contracts.values import Coverage, Totals

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PERSISTED = VideoPersistedV1(
    message_id="m",
    occurred_at=NOON,
    video_id="v",
    run_id="r",
    totals=Totals(total_vehicles_count=3, visits_count=4, vehicle_type={"car": 3}),
    coverage=Coverage(analysed_s=8, duration_s=8, fraction=1),
)


def test_results_in_sql_are_told_with_their_totals(make_video: Any) -> None:
    told = event_of(PERSISTED, make_video("v"))
    assert told is not None
    assert (told.event, told.event_id) == ("video.persisted", "video.persisted r")
    body = json.loads(told.body)
    assert (body["type"], body["timestamp"]) == ("video.persisted", "2026-03-02T12:00:00Z")
    assert {name: body["data"][name] for name in ("video_id", "run_id", "name")} == {
        "video_id": "v",
        "run_id": "r",
        "name": make_video("v").name,
    }
    assert body["data"]["totals"]["total_vehicles_count"] == 3
    assert body["data"]["coverage"]["fraction"] == 1


def test_a_run_that_was_told_is_not_told_again_by_another_message(make_video: Any) -> None:
    """The aggregator publishes it again when somebody starts a finished video, perhaps after months."""
    again = PERSISTED.model_copy(update={"message_id": "n"})
    told, repeated = event_of(PERSISTED, make_video("v")), event_of(again, make_video("v"))
    assert told == repeated
    assert event_of(again, replace(make_video("v"), finished_run_id="r")) is None


def test_each_failure_is_told(make_video: Any) -> None:
    failed = RunFailedV1(
        message_id="m", occurred_at=NOON, video_id="v", run_id=None, code="model_missing", reason="No model."
    )
    told = event_of(failed, make_video("v"))
    assert told is not None
    assert told.event_id == "run.failed m"
    assert json.loads(told.body) == {
        "type": "run.failed",
        "timestamp": "2026-03-02T12:00:00Z",
        "data": {
            "video_id": "v",
            "name": make_video("v").name,
            "run_id": None,
            "code": "model_missing",
            "reason": "No model.",
        },
    }


def test_other_messages_are_not_told(make_video: Any) -> None:
    lost = RunLostV1(message_id="m", occurred_at=NOON, video_id="v", run_id="r", epoch=1, position_s=0)
    assert event_of(lost, make_video("v")) is None


def test_a_ping_names_its_webhook() -> None:
    body = json.loads(ping_of("w", "ping 1", NOON).body)
    assert body == {"type": "ping", "timestamp": "2026-03-02T12:00:00Z", "data": {"webhook_id": "w"}}


ALERT = next(sample for sample in MESSAGES if isinstance(sample, AlertChangedV1))


def test_an_alert_is_told_when_it_is_raised_and_when_it_is_cleared(make_video: Any) -> None:
    raised = ALERT.model_copy(update={"change": "raised", "clear_reason": None, "at_s": ALERT.raised_at_s})
    told = [event_of(message, make_video("v")) for message in (raised, ALERT)]
    assert [one and (one.event, one.event_id) for one in told] == [
        ("alert.raised", f"alert.raised {ALERT.alert_id}"),
        ("alert.cleared", f"alert.cleared {ALERT.alert_id}"),
    ]
    first, second = (json.loads(one.body)["data"] for one in told if one)
    assert (first["cleared_at_s"], second["cleared_at_s"]) == (None, 61.8)
    assert (second["name"], second["rule_name"], second["zone_id"], second["value"], second["clear_reason"]) == (
        make_video("v").name,
        "Queue at the light",
        "stop-line",
        9.0,
        "over",
    )


def test_an_alert_that_is_published_again_is_the_same_event(make_video: Any) -> None:
    again = ALERT.model_copy(update={"message_id": "another"})
    assert event_of(again, make_video("v")) == event_of(ALERT, make_video("v"))

from __future__ import annotations

import json
from typing import Any

from onwatch_catalog.mqtt.rule_alerts import event


def test_a_raised_alert_has_its_value_place_and_times(make: Any) -> None:
    found = make.rule_alert()

    assert found.state == "raised"
    assert json.loads(found.attributes) == {
        "rule_id": "r1",
        "rule_name": "Queue at the light",
        "kind": "queue",
        "zone_id": "north",
        "gate_id": None,
        "alert_id": "a1",
        "place_name": "North",
        "raised_at": "2026-01-01T00:00:00Z",
        "raised_at_s": 42.2,
        "cleared_at_s": None,
        "clear_reason": None,
        "link": f"/videos/{make.video}?t=41.20",
        "value": 5.0,
    }


def test_the_value_of_a_cleared_alert_is_its_largest(make: Any) -> None:
    found = make.rule_alert(**make.cleared)
    attributes = json.loads(found.attributes)

    assert found.state == "cleared"
    assert (attributes["value"], attributes["cleared_at_s"], attributes["clear_reason"]) == (9.0, 61.8, "over")


def test_an_acknowledgement_changes_nothing(make: Any) -> None:
    seen = make.rule_alert(acknowledged_at="2026-01-01T00:01:00Z", acknowledged_by="anna")

    assert seen.attributes == make.rule_alert().attributes


def test_an_event_has_the_fields_of_the_message_without_its_envelope(make: Any) -> None:
    message = make.alert_changed("cleared", rule_name="Größe")
    fields = json.loads(event(message))

    assert fields["rule_name"] == "Größe"
    assert (fields["change"], fields["alert_id"], fields["video_id"]) == ("cleared", "a1", make.video)
    assert fields["occurred_at"] == "2026-01-01T00:00:00Z"
    assert not {"message_id", "traceparent"} & fields.keys()

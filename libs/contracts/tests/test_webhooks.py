from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from onwatch_contracts.values import Coverage, Totals
from onwatch_contracts.webhooks import (
    DeliveredBody,
    NewWebhook,
    PersistedData,
    PingData,
    PingEvent,
    VideoPersistedEvent,
    WebhookEvent,
    WebhookPatch,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEBHOOK = {"url": "https://a.example/", "events": ["run.failed"]}


def test_a_webhook_needs_an_address_and_an_event() -> None:
    new = NewWebhook.model_validate_json(json.dumps(WEBHOOK), strict=True)
    assert (new.events, new.description) == ((WebhookEvent.RUN_FAILED,), "")


@pytest.mark.parametrize(
    "fields", [{"url": ""}, {"url": "a" * 2001}, {"events": []}, {"events": ["ping"]}, {"description": "a\x00b"}]
)
def test_an_invalid_webhook_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NewWebhook.model_validate({**WEBHOOK, **fields})


def test_a_patch_may_leave_out_everything_and_set_nothing_to_null() -> None:
    assert WebhookPatch(is_enabled=False).model_fields_set == {"is_enabled"}
    with pytest.raises(ValidationError, match="events may be left out, but not null"):
        WebhookPatch(events=None)


def test_a_receiver_tells_the_delivered_bodies_apart_by_their_type() -> None:
    data = PersistedData(video_id="v", name="Elm", run_id="r", totals=Totals(), coverage=Coverage())
    bodies = (
        VideoPersistedEvent(timestamp=NOON, data=data),
        PingEvent(timestamp=NOON, data=PingData(webhook_id="w")),
    )
    read = TypeAdapter(DeliveredBody)
    assert tuple(read.validate_json(body.model_dump_json()) for body in bodies) == bodies
    assert [json.loads(body.model_dump_json())["type"] for body in bodies] == ["video.persisted", "ping"]

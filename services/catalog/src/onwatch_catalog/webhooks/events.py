"""Which messages webhooks are told of, and the bodies that are sent."""

from __future__ import annotations

from datetime import datetime

from onwatch_catalog.records import StoredVideo
from onwatch_catalog.webhooks.records import OutgoingEvent
from onwatch_contracts.messages import AlertChangedV1, Message, RunFailedV1, VideoPersistedV1
from onwatch_contracts.webhooks import (
    AlertClearedEvent,
    AlertData,
    AlertRaisedEvent,
    FailedData,
    PersistedData,
    PingData,
    PingEvent,
    RunFailedEvent,
    VideoPersistedEvent,
    WebhookEvent,
)


def event_of(message: Message, before: StoredVideo) -> OutgoingEvent | None:
    """What a message tells about a video, as it was before it; None: nothing, or nothing new.

    `video.persisted` is published again, as another message, whenever somebody starts a finished video.
    """
    match message:
        case VideoPersistedV1() if message.run_id != before.finished_run_id:
            return _persisted(message, before.name)
        case RunFailedV1():
            return _failed(message, before.name)
        case AlertChangedV1():
            return _alert(message, before.name)
        case _:
            return None


def ping_of(webhook_id: str, event_id: str, now: datetime) -> OutgoingEvent:
    body = PingEvent(timestamp=now, data=PingData(webhook_id=webhook_id))
    return OutgoingEvent("ping", event_id, body.model_dump_json())


def _persisted(message: VideoPersistedV1, name: str) -> OutgoingEvent:
    data = PersistedData(
        video_id=message.video_id,
        name=name,
        run_id=message.run_id,
        totals=message.totals,
        coverage=message.coverage,
    )
    body = VideoPersistedEvent(timestamp=message.occurred_at, data=data)
    event = WebhookEvent.VIDEO_PERSISTED
    return OutgoingEvent(event, f"{event} {message.run_id}", body.model_dump_json())


def _failed(message: RunFailedV1, name: str) -> OutgoingEvent:
    data = FailedData(
        video_id=message.video_id, name=name, run_id=message.run_id, code=message.code, reason=message.reason
    )
    body = RunFailedEvent(timestamp=message.occurred_at, data=data)
    event = WebhookEvent.RUN_FAILED
    return OutgoingEvent(event, f"{event} {message.message_id}", body.model_dump_json())


def _alert(message: AlertChangedV1, name: str) -> OutgoingEvent:
    """A repeat has another `message_id`, but is of the same alert."""
    is_raised = message.change == "raised"
    data = AlertData(
        video_id=message.video_id,
        name=name,
        run_id=message.run_id,
        alert_id=message.alert_id,
        rule_id=message.rule_id,
        rule_name=message.rule_name,
        kind=message.kind,
        zone_id=message.zone_id,
        gate_id=message.gate_id,
        place_name=message.place_name,
        raised_at_s=message.raised_at_s,
        cleared_at_s=None if is_raised else message.at_s,
        value=message.value,
        clear_reason=message.clear_reason,
        link=message.link,
    )
    body = (AlertRaisedEvent if is_raised else AlertClearedEvent)(timestamp=message.occurred_at, data=data)
    return OutgoingEvent(body.type, f"{body.type} {message.alert_id}", body.model_dump_json())

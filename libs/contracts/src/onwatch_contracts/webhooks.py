"""The HTTP models of webhooks, and the bodies that are delivered to them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from onwatch_contracts.alerts import AlertKind, ClearReason
from onwatch_contracts.site import ItemId
from onwatch_contracts.values import Count, Coverage, RunId, Seconds, Timestamp, Totals, Value, VideoId

MAX_URL_CHARS = 2000

WebhookUrl = Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL_CHARS)]
# One line: without control characters.
Description = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\u0000-\u001f]*$")]


class WebhookEvent(StrEnum):
    """What a webhook can be told."""

    VIDEO_PERSISTED = "video.persisted"
    """A run has ended and its results can be read."""
    RUN_FAILED = "run.failed"
    """A video cannot be processed."""
    ALERT_RAISED = "alert.raised"
    """The condition of a rule is met."""
    ALERT_CLEARED = "alert.cleared"
    """An alert is over."""


DeliveredEvent = WebhookEvent | Literal["ping"]
WebhookEvents = Annotated[tuple[WebhookEvent, ...], Field(min_length=1, max_length=len(WebhookEvent))]


class DeliveryStatus(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    """For its first attempt, or for the next one."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """It is not tried again, unless somebody asks for it."""


# --- webhooks ------------------------------------------------------------------------------------


class Webhook(Value):
    """An address to which events are sent."""

    id: str
    url: str
    events: WebhookEvents
    is_enabled: bool
    description: str
    created_at: Timestamp


class WebhookList(Value):
    """Oldest first."""

    items: tuple[Webhook, ...]


class NewWebhook(Value):
    url: WebhookUrl
    """`http` or `https`, without a user name or a password."""
    events: WebhookEvents
    description: Description = ""


class WebhookPatch(Value):
    """Only the fields present are changed. Disabling ends the deliveries that wait."""

    url: WebhookUrl | None = None
    events: WebhookEvents | None = None
    is_enabled: bool | None = None
    description: Description | None = None

    @model_validator(mode="after")
    def _nothing_is_null(self) -> Self:
        for name in sorted(self.model_fields_set):
            if getattr(self, name) is None:
                raise ValueError(f"{name} may be left out, but not null")
        return self


class SecretRotation(Value):
    """A new secret of a webhook."""

    overlap_h: int = Field(default=24, ge=0, le=168)
    """Hours for which deliveries are signed with the old secret, too; 0: it ends at once."""


class AddedWebhook(Value):
    webhook: Webhook
    secret: str = Field(repr=False)
    """`whsec_...`, with which deliveries are signed; shown this once."""


# --- deliveries ----------------------------------------------------------------------------------


class Delivery(Value):
    """One event for one webhook."""

    id: str
    """The `webhook-id` of every attempt."""
    event: DeliveredEvent
    at: Timestamp
    """When the event was noted."""
    attempts_count: Count
    status: DeliveryStatus
    response_status: int | None
    """Of the last attempt; null: there was no answer."""
    problem: str | None
    """Why the last attempt failed; null: it did not, or there was none."""
    next_attempt_at: Timestamp | None
    """Null: there is none."""


class DeliveryPage(Value):
    """Newest first."""

    items: tuple[Delivery, ...]
    next_before: Count | None
    """`before` of the next page; null: there are no older ones."""


# --- delivered bodies ----------------------------------------------------------------------------


class PersistedData(Value):
    video_id: VideoId
    name: str
    """Of the video."""
    run_id: RunId
    totals: Totals
    coverage: Coverage


class FailedData(Value):
    video_id: VideoId
    name: str
    """Of the video."""
    run_id: RunId | None
    """Null: it failed before it had a run."""
    code: str
    reason: str
    """For a person."""


class AlertData(Value):
    video_id: VideoId
    name: str
    """Of the video."""
    run_id: RunId
    alert_id: ItemId
    """The same when it is raised and when it is cleared."""
    rule_id: ItemId
    rule_name: str
    kind: AlertKind
    """Of the rule."""
    zone_id: ItemId | None
    gate_id: ItemId | None
    """What the rule is about; neither: the whole picture."""
    place_name: str | None
    """Of the zone or gate."""
    raised_at_s: Seconds
    """Of video time."""
    cleared_at_s: Seconds | None
    """Null: it is raised."""
    value: float
    """Vehicles or seconds: when it was raised, or the largest until it was cleared."""
    clear_reason: ClearReason | None
    link: str
    """The page that shows the moment: a path of this installation."""


class PingData(Value):
    webhook_id: str


class VideoPersistedEvent(Value):
    """The results of a run can be read; sent once for a run."""

    type: Literal[WebhookEvent.VIDEO_PERSISTED] = WebhookEvent.VIDEO_PERSISTED
    timestamp: Timestamp
    """When it happened."""
    data: PersistedData


class RunFailedEvent(Value):
    """A video cannot be processed until a person has fixed the cause."""

    type: Literal[WebhookEvent.RUN_FAILED] = WebhookEvent.RUN_FAILED
    timestamp: Timestamp
    """When it happened."""
    data: FailedData


class AlertRaisedEvent(Value):
    """The condition of a rule is met; sent once for an alert."""

    type: Literal[WebhookEvent.ALERT_RAISED] = WebhookEvent.ALERT_RAISED
    timestamp: Timestamp
    """When it was found."""
    data: AlertData


class AlertClearedEvent(Value):
    """An alert is over; sent once for an alert."""

    type: Literal[WebhookEvent.ALERT_CLEARED] = WebhookEvent.ALERT_CLEARED
    timestamp: Timestamp
    """When it was found."""
    data: AlertData


class PingEvent(Value):
    """Somebody tests the webhook."""

    type: Literal["ping"] = "ping"
    timestamp: Timestamp
    data: PingData


DeliveredBody = Annotated[
    VideoPersistedEvent | RunFailedEvent | AlertRaisedEvent | AlertClearedEvent | PingEvent, Field(discriminator="type")
]

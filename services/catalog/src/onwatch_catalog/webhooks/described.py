"""The deliveries in the OpenAPI document: what a receiver is sent, and what it may answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import FastAPI, Header

from onwatch_contracts.webhooks import (
    AlertClearedEvent,
    AlertRaisedEvent,
    PingEvent,
    RunFailedEvent,
    VideoPersistedEvent,
    WebhookEvent,
)

DeliveryId = Annotated[
    str,
    Header(alias="webhook-id", description="Of the event: the same at each attempt, which tells repeats"),
]
SentAt = Annotated[str, Header(alias="webhook-timestamp", description="When it is sent: seconds since 1970")]
Signatures = Annotated[
    str,
    Header(
        alias="webhook-signature",
        description="`v1,` and the HMAC-SHA-256, in base64, of `webhook-id.webhook-timestamp.body`; several, separated "
        "by spaces, while the secret is replaced",
    ),
]
ANSWERS: dict[int | str, dict[str, Any]] = {
    204: {"description": "Any status of 200 to 299, within 10 s: it is delivered"},
    "4XX": {"description": "This, any other answer and none: it is tried again, up to seven times within 32 hours"},
}


def describe_deliveries(app: FastAPI) -> None:
    """No routes of this service: requests that it sends."""

    def add(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return app.webhooks.post(name, status_code=204, responses=ANSWERS)

    @add(WebhookEvent.VIDEO_PERSISTED)
    def results_are_there(event: VideoPersistedEvent, id_: DeliveryId, at: SentAt, signature: Signatures) -> None:
        """A run has ended and its results can be read. Sent once for a run."""

    @add(WebhookEvent.RUN_FAILED)
    def video_cannot_be_processed(event: RunFailedEvent, id_: DeliveryId, at: SentAt, signature: Signatures) -> None:
        """Another attempt fails, too, until a person has fixed the cause."""

    @add(WebhookEvent.ALERT_RAISED)
    def alert_is_raised(event: AlertRaisedEvent, id_: DeliveryId, at: SentAt, signature: Signatures) -> None:
        """The condition of a rule is met. Sent once for an alert."""

    @add(WebhookEvent.ALERT_CLEARED)
    def alert_is_cleared(event: AlertClearedEvent, id_: DeliveryId, at: SentAt, signature: Signatures) -> None:
        """The alert is over. Sent once for an alert."""

    @add("ping")
    def webhook_is_tested(event: PingEvent, id_: DeliveryId, at: SentAt, signature: Signatures) -> None:
        """Somebody tests the webhook. Sent whatever events it is for."""

"""Webhooks and deliveries as stored, and when a delivery is tried again."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from onwatch_contracts.webhooks import DeliveredEvent, Delivery, DeliveryStatus, Webhook, WebhookEvent

SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 of standard-webhooks, so that scanners for leaked secrets recognise one
DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""After the first attempt, the second, ...; after that of the last one there is none."""


@dataclass(frozen=True)
class StoredWebhook:
    id: str
    url: str
    events: tuple[WebhookEvent, ...]
    is_enabled: bool
    description: str
    secret: str = field(repr=False)
    created_at: datetime
    previous_secret: str | None = field(default=None, repr=False)
    previous_secret_until: datetime | None = None
    """Until then deliveries are signed with both."""


@dataclass(frozen=True)
class OutgoingEvent:
    """What is to be told."""

    event: DeliveredEvent
    event_id: str
    """The same for a repeated message about the same event."""
    body: str


@dataclass(frozen=True)
class StoredDelivery:
    number: int
    id: str
    event: DeliveredEvent
    at: datetime
    status: DeliveryStatus
    attempts_count: int
    response_status: int | None
    problem: str | None
    next_attempt_at: datetime | None


@dataclass(frozen=True)
class ClaimedDelivery:
    """An attempt that nobody else makes meanwhile."""

    number: int
    claim_id: str
    attempts_count: int
    """With this one."""
    id: str
    body: str
    url: str
    secret: str = field(repr=False)
    previous_secret: str | None = field(default=None, repr=False)
    previous_secret_until: datetime | None = None

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """Those with which it is signed, the newest first."""
        if self.previous_secret and self.previous_secret_until and now < self.previous_secret_until:
            return self.secret, self.previous_secret
        return (self.secret,)


@dataclass(frozen=True)
class Outcome:
    """Of an attempt."""

    response_status: int | None
    problem: str | None
    """None: it is delivered."""


def next_attempt_at(now: datetime, attempts_count: int) -> datetime | None:
    """After so many failed attempts; None: never."""
    return now + DELAYS[attempts_count - 1] if attempts_count <= len(DELAYS) else None


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def webhook_as_http(stored: StoredWebhook) -> Webhook:
    return Webhook(
        id=stored.id,
        url=stored.url,
        events=stored.events,
        is_enabled=stored.is_enabled,
        description=stored.description,
        created_at=stored.created_at,
    )


def delivery_as_http(stored: StoredDelivery) -> Delivery:
    return Delivery(
        id=stored.id,
        event=stored.event,
        at=stored.at,
        attempts_count=stored.attempts_count,
        status=stored.status,
        response_status=stored.response_status,
        problem=stored.problem,
        next_attempt_at=stored.next_attempt_at,
    )

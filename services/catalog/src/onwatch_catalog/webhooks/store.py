"""Webhooks and deliveries in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_catalog.webhooks.records import (
    ClaimedDelivery,
    Outcome,
    OutgoingEvent,
    StoredDelivery,
    StoredWebhook,
)
from onwatch_catalog.webhooks.tables import deliveries, webhooks
from onwatch_contracts.webhooks import DeliveryStatus, WebhookEvent
from onwatch_runtime.ids import NewId
from onwatch_sql.error_translation import transaction
from onwatch_sql.sqlite import writing

DISABLED = "The webhook was disabled"
DELIVERY_FIELDS = tuple(deliveries.c[field.name] for field in fields(StoredDelivery))
OF_WEBHOOK = ("url", "secret", "previous_secret", "previous_secret_until")
CLAIMED_FIELDS = tuple(
    (webhooks if field.name in OF_WEBHOOK else deliveries).c[field.name] for field in fields(ClaimedDelivery)
)
_ADD_NEW = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(deliveries).on_conflict_do_nothing(
        index_elements=[deliveries.c.webhook_id, deliveries.c.event_id]
    )
    for dialect in (postgresql, sqlite)
}


class WebhookStore:
    """Every method is one transaction and raises `StoreUnavailable` when the database cannot be reached."""

    def __init__(self, engine: AsyncEngine, new_id: NewId) -> None:
        self._engine = engine
        self._writing = writing(engine)
        self._new_id = new_id

    # --- webhooks --------------------------------------------------------------------------------

    async def webhooks(self) -> Sequence[StoredWebhook]:
        """Oldest first."""
        async with transaction(self._engine) as connection:
            return await _webhooks(connection, sa.select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id))

    async def find(self, webhook_id: str) -> StoredWebhook | None:
        async with transaction(self._engine) as connection:
            found = await _webhooks(connection, sa.select(webhooks).where(webhooks.c.id == webhook_id))
        return next(iter(found), None)

    async def add(self, webhook: StoredWebhook) -> None:
        async with transaction(self._writing) as connection:
            await connection.execute(sa.insert(webhooks).values(asdict(webhook)))

    async def change(self, webhook_id: str, **values: Any) -> StoredWebhook | None:
        """The changed webhook; None if there is none. Disabling it ends its deliveries."""
        this = webhooks.c.id == webhook_id
        async with transaction(self._writing) as connection:
            if values:
                await connection.execute(sa.update(webhooks).where(this).values(values))
            if values.get("is_enabled") is False:
                is_waiting = sa.and_(
                    deliveries.c.webhook_id == webhook_id, deliveries.c.status == DeliveryStatus.WAITING
                )
                ended = {"status": DeliveryStatus.FAILED, "problem": DISABLED, "next_attempt_at": None, **_UNCLAIMED}
                await connection.execute(sa.update(deliveries).where(is_waiting).values(ended))
            return next(iter(await _webhooks(connection, sa.select(webhooks).where(this))), None)

    async def remove(self, webhook_id: str) -> bool:
        """With its deliveries; False if there was none."""
        async with transaction(self._writing) as connection:
            return bool((await connection.execute(sa.delete(webhooks).where(webhooks.c.id == webhook_id))).rowcount)

    # --- the log of deliveries -------------------------------------------------------------------

    async def deliveries(self, webhook_id: str, limit: int, before: int | None) -> Sequence[StoredDelivery]:
        """The newest before the one with that number, newest first."""
        query = sa.select(*DELIVERY_FIELDS).where(deliveries.c.webhook_id == webhook_id)
        if before is not None:
            query = query.where(deliveries.c.number < before)
        async with transaction(self._engine) as connection:
            return await _deliveries(connection, query.order_by(deliveries.c.number.desc()).limit(limit))

    async def add_delivery(self, webhook_id: str, event: OutgoingEvent, now: datetime) -> StoredDelivery:
        async with transaction(self._writing) as connection:
            await connection.execute(sa.insert(deliveries).values(self._new_delivery(webhook_id, event, now)))
            this = sa.and_(deliveries.c.webhook_id == webhook_id, deliveries.c.event_id == event.event_id)
            (added,) = await _deliveries(connection, sa.select(*DELIVERY_FIELDS).where(this))
            return added

    async def retry(self, webhook_id: str, delivery_id: str, now: datetime) -> StoredDelivery | None:
        """Make the delivery due; None if there is none."""
        this = sa.and_(deliveries.c.webhook_id == webhook_id, deliveries.c.id == delivery_id)
        async with transaction(self._writing) as connection:
            due = {"status": DeliveryStatus.WAITING, "next_attempt_at": now}
            await connection.execute(sa.update(deliveries).where(this).values(due))
            return next(iter(await _deliveries(connection, sa.select(*DELIVERY_FIELDS).where(this))), None)

    async def remove_older(self, than: datetime) -> None:
        async with transaction(self._writing) as connection:
            await connection.execute(sa.delete(deliveries).where(deliveries.c.at < than))

    # --- delivering ------------------------------------------------------------------------------

    async def note(self, connection: AsyncConnection, event: OutgoingEvent, now: datetime) -> None:
        """Within the caller's transaction: add a delivery for each webhook that wants the event. Idempotent."""
        # Locked, so that none is disabled or deleted meanwhile.
        enabled = sa.select(webhooks).where(webhooks.c.is_enabled).order_by(webhooks.c.id).with_for_update(read=True)
        rows = [
            self._new_delivery(webhook.id, event, now)
            for webhook in await _webhooks(connection, enabled)
            if event.event in webhook.events
        ]
        if rows:
            await connection.execute(_ADD_NEW[connection.dialect.name], rows)

    async def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[ClaimedDelivery]:
        """Claim due deliveries of webhooks without an attempt in progress: of each the oldest, the most overdue first.

        Each counts as an attempt.
        """
        is_free = sa.or_(deliveries.c.claimed_until.is_(None), deliveries.c.claimed_until <= now)
        # Asked again when the row is locked: another process may have claimed it, and have finished with it.
        is_due = sa.and_(deliveries.c.status == DeliveryStatus.WAITING, deliveries.c.next_attempt_at <= now)
        async with transaction(self._writing) as connection:
            numbers = list(await connection.scalars(_due(now, limit)))
            if not numbers:
                return ()
            claim_id = self._new_id()
            await connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.number.in_(numbers), is_due, is_free)
                .values(claim_id=claim_id, claimed_until=until, attempts_count=deliveries.c.attempts_count + 1)
            )
            is_claimed = sa.and_(deliveries.c.number.in_(numbers), deliveries.c.claim_id == claim_id)
            claimed = sa.select(*CLAIMED_FIELDS).join(webhooks).where(is_claimed)
            return [ClaimedDelivery(**row) for row in (await connection.execute(claimed)).mappings()]

    async def finish(self, claimed: ClaimedDelivery, outcome: Outcome, next_attempt_at: datetime | None) -> None:
        """The attempt is over. Nothing, if its claim has ended: it was claimed again, disabled or deleted."""
        if outcome.problem is None:
            status = DeliveryStatus.DELIVERED
        else:
            status = DeliveryStatus.FAILED if next_attempt_at is None else DeliveryStatus.WAITING
        ended = {
            "status": status,
            "response_status": outcome.response_status,
            "problem": outcome.problem,
            "next_attempt_at": next_attempt_at if status is DeliveryStatus.WAITING else None,
            **_UNCLAIMED,
        }
        await self._end_claim(claimed, ended)

    async def release(self, claimed: ClaimedDelivery) -> None:
        """The attempt was interrupted; it is due again at once."""
        await self._end_claim(claimed, _UNCLAIMED)

    async def _end_claim(self, claimed: ClaimedDelivery, values: dict[str, Any]) -> None:
        this = sa.and_(deliveries.c.number == claimed.number, deliveries.c.claim_id == claimed.claim_id)
        async with transaction(self._writing) as connection:
            await connection.execute(sa.update(deliveries).where(this).values(values))

    def _new_delivery(self, webhook_id: str, event: OutgoingEvent, now: datetime) -> dict[str, Any]:
        return {
            "id": self._new_id(),
            "webhook_id": webhook_id,
            **asdict(event),
            "at": now,
            "status": DeliveryStatus.WAITING,
            "attempts_count": 0,
            "next_attempt_at": now,
        }


_UNCLAIMED: dict[str, Any] = {"claim_id": None, "claimed_until": None}


def _due(now: datetime, limit: int) -> sa.Select[tuple[int]]:
    """The numbers of the oldest due delivery of each webhook that is enabled and has no attempt in progress."""
    busy = sa.select(deliveries.c.webhook_id).where(deliveries.c.claimed_until > now)
    due = (
        sa.select(
            deliveries.c.number,
            deliveries.c.next_attempt_at,
            sa.func.row_number().over(partition_by=deliveries.c.webhook_id, order_by=deliveries.c.number).label("rank"),
        )
        .join(webhooks)
        .where(
            webhooks.c.is_enabled,
            deliveries.c.status == DeliveryStatus.WAITING,
            deliveries.c.next_attempt_at <= now,
            deliveries.c.webhook_id.not_in(busy),
        )
        .subquery()
    )
    oldest = sa.select(due.c.number).where(due.c.rank == 1)
    return oldest.order_by(due.c.next_attempt_at, due.c.number).limit(limit)


async def _webhooks(connection: AsyncConnection, query: sa.Select[Any]) -> Sequence[StoredWebhook]:
    return [
        StoredWebhook(**{**row, "events": tuple(WebhookEvent(event) for event in row["events"])})
        for row in (await connection.execute(query)).mappings()
    ]


async def _deliveries(connection: AsyncConnection, query: sa.Select[Any]) -> Sequence[StoredDelivery]:
    return [
        StoredDelivery(**{**row, "event": _event(row["event"]), "status": DeliveryStatus(row["status"])})
        for row in (await connection.execute(query)).mappings()
    ]


def _event(name: str) -> Any:
    return name if name == "ping" else WebhookEvent(name)

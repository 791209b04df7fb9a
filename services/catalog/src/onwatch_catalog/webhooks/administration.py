"""Adds, changes and removes webhooks, and notes what they are to be told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from onwatch_catalog.records import StoredVideo
from onwatch_catalog.webhook_targets import WebhookTargets
from onwatch_catalog.webhooks.errors import DeliveryNotFound, TooManyWebhooks, WebhookIsDisabled, WebhookNotFound
from onwatch_catalog.webhooks.events import event_of, ping_of
from onwatch_catalog.webhooks.records import (
    StoredWebhook,
    delivery_as_http,
    new_secret,
    webhook_as_http,
)
from onwatch_catalog.webhooks.store import WebhookStore
from onwatch_catalog.webhooks.urls import checked_url
from onwatch_contracts.messages import Message
from onwatch_contracts.values import is_video_id
from onwatch_contracts.webhooks import (
    AddedWebhook,
    Delivery,
    DeliveryPage,
    NewWebhook,
    SecretRotation,
    Webhook,
    WebhookList,
    WebhookPatch,
)
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId

MAX_WEBHOOKS = 50


@dataclass(frozen=True)
class Webhooks:
    """What the HTTP API and the handlers of messages use."""

    store: WebhookStore
    targets: WebhookTargets
    clock: Clock
    new_id: NewId
    wake: Callable[[], None]
    """A delivery is due."""

    async def all(self) -> WebhookList:
        return WebhookList(items=tuple(webhook_as_http(webhook) for webhook in await self.store.webhooks()))

    async def add(self, new: NewWebhook) -> AddedWebhook:
        url = checked_url(new.url, self.targets)
        if len(await self.store.webhooks()) >= MAX_WEBHOOKS:
            raise TooManyWebhooks(MAX_WEBHOOKS)
        webhook = StoredWebhook(
            id=self.new_id(),
            url=url,
            events=tuple(dict.fromkeys(new.events)),
            is_enabled=True,
            description=new.description,
            secret=new_secret(),
            created_at=self.clock.now(),
        )
        await self.store.add(webhook)
        return AddedWebhook(webhook=webhook_as_http(webhook), secret=webhook.secret)

    async def change(self, webhook_id: str, patch: WebhookPatch) -> Webhook:
        values = patch.model_dump(exclude_unset=True)
        if patch.url is not None:
            values["url"] = checked_url(patch.url, self.targets)
        if patch.events is not None:
            values["events"] = tuple(dict.fromkeys(patch.events))
        changed = await self.store.change(webhook_id, **values) if is_video_id(webhook_id) else None
        if changed is None:
            raise WebhookNotFound(webhook_id)
        return webhook_as_http(changed)

    async def rotate(self, webhook_id: str, rotation: SecretRotation) -> AddedWebhook:
        """A new secret. Until the overlap is over, deliveries are signed with the one before it, too."""
        before = await self._existing(webhook_id)
        has_overlap = rotation.overlap_h > 0
        changed = await self.store.change(
            webhook_id,
            secret=new_secret(),
            previous_secret=before.secret if has_overlap else None,
            previous_secret_until=self.clock.now() + timedelta(hours=rotation.overlap_h) if has_overlap else None,
        )
        if changed is None:
            raise WebhookNotFound(webhook_id)
        return AddedWebhook(webhook=webhook_as_http(changed), secret=changed.secret)

    async def remove(self, webhook_id: str) -> None:
        if not is_video_id(webhook_id) or not await self.store.remove(webhook_id):
            raise WebhookNotFound(webhook_id)

    async def deliveries(self, webhook_id: str, limit: int, before: int | None) -> DeliveryPage:
        await self._existing(webhook_id)
        found = await self.store.deliveries(webhook_id, limit, before)
        items = tuple(delivery_as_http(delivery) for delivery in found)
        return DeliveryPage(items=items, next_before=found[-1].number if len(found) == limit else None)

    async def ping(self, webhook_id: str) -> Delivery:
        await self._enabled(webhook_id)
        now = self.clock.now()
        added = await self.store.add_delivery(webhook_id, ping_of(webhook_id, f"ping {self.new_id()}", now), now)
        self.wake()
        return delivery_as_http(added)

    async def retry(self, webhook_id: str, delivery_id: str) -> Delivery:
        await self._enabled(webhook_id)
        due = None
        if is_video_id(delivery_id):
            due = await self.store.retry(webhook_id, delivery_id, self.clock.now())
        if due is None:
            raise DeliveryNotFound(webhook_id, delivery_id)
        self.wake()
        return delivery_as_http(due)

    def noting(self, message: Message) -> Callable[[AsyncConnection, StoredVideo], Awaitable[None]]:
        """Notes, within the transaction that handles the message, which webhooks are to be told of it."""

        async def note(connection: AsyncConnection, before: StoredVideo) -> None:
            if (event := event_of(message, before)) is not None:
                await self.store.note(connection, event, self.clock.now())

        return note

    async def _existing(self, webhook_id: str) -> StoredWebhook:
        webhook = await self.store.find(webhook_id) if is_video_id(webhook_id) else None
        if webhook is None:
            raise WebhookNotFound(webhook_id)
        return webhook

    async def _enabled(self, webhook_id: str) -> None:
        if not (await self._existing(webhook_id)).is_enabled:
            raise WebhookIsDisabled(webhook_id)

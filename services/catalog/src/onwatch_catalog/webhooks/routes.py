"""The HTTP API of webhooks. The gateway decides who may call what."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query, Response

from onwatch_catalog.webhooks import errors
from onwatch_catalog.webhooks.administration import Webhooks
from onwatch_catalog.webhooks.described import describe_deliveries
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
from onwatch_runtime.http import InvalidRequest, documented

DEFAULT_PAGE = 50
LARGEST_PAGE = 200
WEBHOOK_PATH = "/api/webhooks/{webhook_id}"


def add_webhooks(app: FastAPI, webhooks: Webhooks) -> None:
    _add_webhooks(app, webhooks)
    _add_deliveries(app, webhooks)
    describe_deliveries(app)


def _add_webhooks(app: FastAPI, webhooks: Webhooks) -> None:
    @app.get("/api/webhooks")
    async def list_webhooks() -> WebhookList:
        """Oldest first, without their secrets."""
        return await webhooks.all()

    @app.post(
        "/api/webhooks",
        status_code=201,
        responses=documented(InvalidRequest, errors.InvalidWebhookUrl, errors.TooManyWebhooks),
    )
    async def add_webhook(new: NewWebhook, response: Response) -> AddedWebhook:
        """Have events sent to an address. The answer has the secret that signs them, which is shown only this once."""
        response.headers["cache-control"] = "no-store"
        return await webhooks.add(new)

    @app.patch(WEBHOOK_PATH, responses=documented(errors.WebhookNotFound, InvalidRequest, errors.InvalidWebhookUrl))
    async def edit_webhook(webhook_id: str, patch: WebhookPatch) -> Webhook:
        """Change the fields that are present. Disabling ends the deliveries that wait; later events are not kept."""
        return await webhooks.change(webhook_id, patch)

    @app.post(f"{WEBHOOK_PATH}/secret", responses=documented(errors.WebhookNotFound, InvalidRequest))
    async def rotate_secret(webhook_id: str, rotation: SecretRotation, response: Response) -> AddedWebhook:
        """Replace the secret. The answer has the new one, which is shown only this once.

        For `overlap_h` hours every delivery has a signature of each of the two, so that none is lost while receivers
        are changed. With 0 the old one ends at once, as is needed when it became known to others.
        """
        response.headers["cache-control"] = "no-store"
        return await webhooks.rotate(webhook_id, rotation)

    @app.delete(WEBHOOK_PATH, status_code=204, responses=documented(errors.WebhookNotFound))
    async def delete_webhook(webhook_id: str) -> None:
        """Delete the webhook with its deliveries, also those that wait."""
        await webhooks.remove(webhook_id)


def _add_deliveries(app: FastAPI, webhooks: Webhooks) -> None:
    @app.get(f"{WEBHOOK_PATH}/deliveries", responses=documented(errors.WebhookNotFound, InvalidRequest))
    async def list_deliveries(
        webhook_id: str,
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = DEFAULT_PAGE,
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    ) -> DeliveryPage:
        """Those of the last 30 days, newest first. `before=<next_before>` requests the next page."""
        return await webhooks.deliveries(webhook_id, limit, before)

    @app.post(
        f"{WEBHOOK_PATH}/test",
        status_code=202,
        responses=documented(errors.WebhookNotFound, errors.WebhookIsDisabled),
    )
    async def test_webhook(webhook_id: str) -> Delivery:
        """Send a `ping`, whatever events the webhook is for. The list of deliveries tells how it ended."""
        return await webhooks.ping(webhook_id)

    @app.post(
        f"{WEBHOOK_PATH}/deliveries/{{delivery_id}}/retry",
        status_code=202,
        responses=documented(errors.WebhookNotFound, errors.DeliveryNotFound, errors.WebhookIsDisabled),
    )
    async def retry_delivery(webhook_id: str, delivery_id: str) -> Delivery:
        """Send it now, whether it waits, failed or was delivered before. A failed one is tried once."""
        return await webhooks.retry(webhook_id, delivery_id)

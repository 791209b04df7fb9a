from __future__ import annotations

from typing import Any

import pytest

from onwatch_catalog.webhooks import administration
from onwatch_catalog.webhooks.errors import DeliveryNotFound, TooManyWebhooks, WebhookIsDisabled, WebhookNotFound
from onwatch_catalog.webhooks.records import Outcome
from onwatch_contracts.webhooks import NewWebhook, SecretRotation, WebhookEvent, WebhookPatch

URL = "http://127.0.0.1/"


async def test_a_webhook_is_added_changed_and_removed(bench: Any) -> None:
    new = NewWebhook(url="https://A.example", events=(WebhookEvent.RUN_FAILED,) * 2, description="Alarm")
    added = await bench.webhooks.add(new)
    assert (added.webhook.url, added.webhook.events) == ("https://a.example/", (WebhookEvent.RUN_FAILED,))
    assert (added.webhook.is_enabled, added.webhook.description) == (True, "Alarm")

    changed = await bench.webhooks.change(
        added.webhook.id, WebhookPatch(url=URL, events=tuple(WebhookEvent), description="")
    )
    assert changed == added.webhook.model_copy(update={"url": URL, "events": tuple(WebhookEvent), "description": ""})
    assert await bench.webhooks.change(added.webhook.id, WebhookPatch()) == changed
    assert (await bench.webhooks.all()).items == (changed,)

    await bench.webhooks.remove(added.webhook.id)
    assert (await bench.webhooks.all()).items == ()


@pytest.mark.parametrize("webhook_id", ["none", "\0", "a" * 100])
async def test_what_is_not_there_is_not_found(bench: Any, webhook_id: str) -> None:
    webhooks = bench.webhooks
    for call in (
        webhooks.change(webhook_id, WebhookPatch(description="a")),
        webhooks.remove(webhook_id),
        webhooks.rotate(webhook_id, SecretRotation()),
        webhooks.deliveries(webhook_id, 1, None),
        webhooks.ping(webhook_id),
        webhooks.retry(webhook_id, "d"),
    ):
        with pytest.raises(WebhookNotFound):
            await call
    existing = (await bench.add(URL)).webhook.id
    with pytest.raises(DeliveryNotFound):
        await webhooks.retry(existing, webhook_id)


async def test_a_delivery_belongs_to_one_webhook(bench: Any) -> None:
    first, second = [(await bench.add(URL)).webhook.id for _ in range(2)]
    delivery = await bench.webhooks.ping(first)
    with pytest.raises(DeliveryNotFound):
        await bench.webhooks.retry(second, delivery.id)


async def test_a_disabled_webhook_is_sent_nothing(bench: Any) -> None:
    webhook_id = (await bench.add(URL)).webhook.id
    delivery = await bench.webhooks.ping(webhook_id)
    await bench.webhooks.change(webhook_id, WebhookPatch(is_enabled=False))
    for call in (bench.webhooks.ping(webhook_id), bench.webhooks.retry(webhook_id, delivery.id)):
        with pytest.raises(WebhookIsDisabled):
            await call


async def test_there_is_a_limit(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(administration, "MAX_WEBHOOKS", 1)
    await bench.add(URL)
    with pytest.raises(TooManyWebhooks, match="1 webhooks, the most"):
        await bench.add(URL)


async def secrets_of_next(bench: Any, webhook_id: str) -> tuple[str, ...]:
    """With which a delivery would be signed now."""
    await bench.webhooks.ping(webhook_id)
    now = bench.webhooks.clock.now()
    (claimed,) = await bench.webhooks.store.claim(now, now, 1)
    await bench.webhooks.store.finish(claimed, Outcome(204, None), None)
    secrets: tuple[str, ...] = claimed.secrets_at(now)
    return secrets


async def test_a_replaced_secret_signs_until_the_overlap_is_over(bench: Any) -> None:
    added = await bench.add(URL)
    webhook_id, first = added.webhook.id, added.secret
    second = await bench.webhooks.rotate(webhook_id, SecretRotation(overlap_h=2))
    assert second.webhook == added.webhook
    assert second.secret != first
    await bench.clock.advance(2 * 3600 - 1)
    assert await secrets_of_next(bench, webhook_id) == (second.secret, first)
    await bench.clock.advance(1)
    assert await secrets_of_next(bench, webhook_id) == (second.secret,)


async def test_a_secret_that_is_known_to_others_ends_at_once(bench: Any) -> None:
    webhook_id = (await bench.add(URL)).webhook.id
    second = await bench.webhooks.rotate(webhook_id, SecretRotation())
    third = await bench.webhooks.rotate(webhook_id, SecretRotation(overlap_h=0))
    assert len({second.secret, third.secret}) == 2
    assert await secrets_of_next(bench, webhook_id) == (third.secret,)


async def test_a_second_replacement_ends_the_oldest_secret(bench: Any) -> None:
    webhook_id = (await bench.add(URL)).webhook.id
    second = await bench.webhooks.rotate(webhook_id, SecretRotation())
    third = await bench.webhooks.rotate(webhook_id, SecretRotation())
    assert await secrets_of_next(bench, webhook_id) == (third.secret, second.secret)

"""Deliveries on SQLite and PostgreSQL to a real receiver."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.webhooks import delivering as module
from onwatch_catalog.webhooks.delivering import Delivering
from onwatch_contracts.webhooks import DeliveryStatus, WebhookPatch
from onwatch_runtime.process import looping

HANGS = 0


async def test_a_delivery_is_tried_again_with_the_same_id_until_it_is_taken(bench: Any, receiver: Any) -> None:
    receiver.statuses = [500, 500, 200]
    added = await bench.add(receiver.url)
    await bench.webhooks.ping(added.webhook.id)

    await bench.send_due()
    (failed,) = await bench.log(added.webhook.id)
    assert (failed.status, failed.attempts_count, failed.response_status) == (DeliveryStatus.WAITING, 1, 500)
    assert failed.problem == "The answer was 500 Internal Server Error"
    assert failed.next_attempt_at == bench.clock.now() + timedelta(seconds=5)

    await bench.clock.advance(4.9)
    await bench.send_due()
    assert len(receiver.received) == 1

    await bench.clock.advance(0.1)
    await bench.send_due()
    await bench.clock.advance(30)
    await bench.send_due()
    (delivered,) = await bench.log(added.webhook.id)
    assert (delivered.status, delivered.attempts_count, delivered.response_status) == (
        DeliveryStatus.DELIVERED, 3, 200,
    )  # fmt: skip
    assert (delivered.problem, delivered.next_attempt_at) == (None, None)
    assert all(received.is_signed_with(added.secret) for received in receiver.received)
    assert {received.headers["webhook-id"] for received in receiver.received} == {delivered.id}
    assert len({received.headers["webhook-timestamp"] for received in receiver.received}) == 3
    assert (bench.count("retried"), bench.count("delivered"), bench.count("failed")) == (2, 1, None)


async def test_the_eighth_failed_attempt_is_the_last_one_unless_somebody_asks(bench: Any, receiver: Any) -> None:
    receiver.statuses = [503]
    webhook_id = (await bench.add(receiver.url)).webhook.id
    delivery = await bench.webhooks.ping(webhook_id)
    for delay_s in (0, 5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600):
        await bench.clock.advance(delay_s)
        await bench.send_due()
    (failed,) = await bench.log(webhook_id)
    assert (failed.status, failed.attempts_count, failed.next_attempt_at) == (DeliveryStatus.FAILED, 8, None)
    assert bench.count("failed") == 1

    await bench.clock.advance(24 * 3600)
    await bench.send_due()
    assert len(receiver.received) == 8

    receiver.statuses = [200]
    assert (await bench.webhooks.retry(webhook_id, delivery.id)).status is DeliveryStatus.WAITING
    await bench.send_due()
    (delivered,) = await bench.log(webhook_id)
    assert (delivered.status, delivered.attempts_count) == (DeliveryStatus.DELIVERED, 9)


async def test_a_receiver_that_hangs_fails_the_attempt_after_ten_seconds(bench: Any, receiver: Any) -> None:
    receiver.statuses = [HANGS, 200]
    webhook_id = (await bench.add(receiver.url)).webhook.id
    await bench.webhooks.ping(webhook_id)
    await bench.begin()
    await receiver.next()
    await bench.clock.advance(10)
    await bench.end()
    (failed,) = await bench.log(webhook_id)
    assert (failed.status, failed.response_status) == (DeliveryStatus.WAITING, None)
    assert failed.problem == "There was no answer within 10 s"


async def test_a_webhook_that_hangs_delays_itself_and_no_other(bench: Any, receiver: Any) -> None:
    receiver.statuses = [HANGS, 200]
    slow, quick = [(await bench.add(receiver.url)).webhook.id for _ in range(2)]
    for _ in range(2):
        await bench.webhooks.ping(slow)
    await bench.begin()
    await receiver.next()
    await bench.begin()
    assert len(bench.delivering._attempts) == 1  # the second of the slow one waits for the first

    await bench.webhooks.ping(quick)
    await bench.begin()
    await receiver.next()
    assert [received.json["data"]["webhook_id"] for received in receiver.received] == [slow, quick]
    await bench.clock.advance(10)
    await bench.end()
    assert [delivery.attempts_count for delivery in await bench.log(slow)] == [0, 1]


async def test_only_some_deliveries_are_made_at_a_time(
    bench: Any, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PARALLEL", 2)
    for _ in range(3):
        await bench.webhooks.ping((await bench.add(receiver.url)).webhook.id)
    await bench.begin()
    await bench.begin()
    assert len(bench.delivering._attempts) == 2
    await bench.end()
    await bench.send_due()
    assert len(receiver.received) == 3


async def test_a_redirection_is_not_followed(bench: Any, receiver: Any) -> None:
    receiver.statuses, receiver.headers = [302, 200], f"location: {receiver.url}\r\n".encode()
    webhook_id = (await bench.add(receiver.url)).webhook.id
    await bench.webhooks.ping(webhook_id)
    await bench.send_due()
    (failed,) = await bench.log(webhook_id)
    assert failed.problem == "The answer was 302 Found; redirections are not followed"
    assert len(receiver.received) == 1


async def test_a_disabled_webhook_gets_nothing_more_even_when_it_is_enabled_again(bench: Any, receiver: Any) -> None:
    receiver.statuses = [500]
    webhook_id = (await bench.add(receiver.url)).webhook.id
    await bench.webhooks.ping(webhook_id)
    await bench.send_due()
    await bench.webhooks.change(webhook_id, WebhookPatch(is_enabled=False))
    await bench.webhooks.change(webhook_id, WebhookPatch(is_enabled=True))
    await bench.clock.advance(3600)
    await bench.send_due()
    (failed,) = await bench.log(webhook_id)
    assert (failed.status, failed.problem) == (DeliveryStatus.FAILED, "The webhook was disabled")
    assert len(receiver.received) == 1


async def test_a_webhook_deleted_during_an_attempt_gets_nothing_more(bench: Any, receiver: Any) -> None:
    receiver.statuses = [HANGS]
    webhook_id = (await bench.add(receiver.url)).webhook.id
    await bench.webhooks.ping(webhook_id)
    await bench.begin()
    await receiver.next()
    await bench.webhooks.remove(webhook_id)
    await bench.clock.advance(10)
    await bench.end()
    await bench.clock.advance(3600)
    await bench.send_due()
    assert len(receiver.received) == 1


async def test_a_stop_waits_for_requests_and_the_next_start_repeats_those_that_take_too_long(
    bench: Any, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FINISH_S", 0)
    receiver.statuses = [HANGS, 200]
    webhook_id = (await bench.add(receiver.url)).webhook.id
    await bench.webhooks.ping(webhook_id)
    async with looping(bench.delivering):
        await receiver.next()

    again = Delivering(bench.store, bench.delivering.sender, bench.clock, bench.instruments)
    async with looping(again):
        await receiver.next()
    (delivered,) = await bench.log(webhook_id)
    assert (delivered.status, delivered.attempts_count) == (DeliveryStatus.DELIVERED, 2)


async def test_the_loop_goes_on_after_failures(bench: Any, receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook_id = (await bench.add(receiver.url)).webhook.id
    await bench.webhooks.ping(webhook_id)
    claim, failures = bench.store.claim, [StoreUnavailable(OSError("gone")), RuntimeError("broken")]
    has_failed = asyncio.Event()

    async def failing(*arguments: Any) -> Any:
        if failures:
            raise failures.pop(0)
        has_failed.set()
        return await claim(*arguments)

    monkeypatch.setattr(bench.store, "claim", failing)
    async with looping(bench.delivering):
        await bench.clock.advance(module.POLL_S)
        bench.delivering.wake()
        await asyncio.wait_for(has_failed.wait(), 60)
        await receiver.next()
    assert bench.count("delivered") == 1


async def test_an_attempt_whose_end_cannot_be_noted_is_repeated_when_its_claim_has_ended(
    bench: Any, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook_id = (await bench.add(receiver.url)).webhook.id
    await bench.webhooks.ping(webhook_id)
    finish, failures = bench.store.finish, [StoreUnavailable(OSError("gone")), RuntimeError("broken")]

    async def failing(*arguments: Any) -> None:
        if failures:
            raise failures.pop(0)
        await finish(*arguments)

    monkeypatch.setattr(bench.store, "finish", failing)
    for _ in range(3):
        await bench.send_due()
        await bench.send_due()  # claimed, as by another catalog
        await bench.clock.advance(module.CLAIM.total_seconds())
    (delivered,) = await bench.log(webhook_id)
    assert (delivered.status, delivered.attempts_count) == (DeliveryStatus.DELIVERED, 3)
    assert len(receiver.received) == 3


async def test_deliveries_are_deleted_after_thirty_days(bench: Any, receiver: Any) -> None:
    webhook_id = (await bench.add(receiver.url)).webhook.id
    await bench.webhooks.ping(webhook_id)
    await bench.send_due()
    await bench.delivering._sweep()
    await bench.clock.advance(30 * 86_400)
    await bench.delivering._sweep()
    assert len(await bench.log(webhook_id)) == 1
    await bench.clock.advance(3600)
    await bench.delivering._sweep()
    assert await bench.log(webhook_id) == ()


async def test_an_attempt_that_another_catalog_has_taken_over_changes_nothing(bench: Any, receiver: Any) -> None:
    webhook_id = (await bench.add(receiver.url)).webhook.id
    await bench.webhooks.ping(webhook_id)
    now = bench.clock.now()
    (first,) = await bench.store.claim(now, now, 8)
    (second,) = await bench.store.claim(now, now + module.CLAIM, 8)
    assert replace(first, claim_id=second.claim_id, attempts_count=2) == second
    await bench.store.release(first)
    assert await bench.store.claim(now, now + module.CLAIM, 8) == ()
    await bench.store.release(second)
    assert len(await bench.store.claim(now, now + module.CLAIM, 8)) == 1

"""Webhooks and deliveries on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.webhooks.records import OutgoingEvent
from onwatch_contracts.messages import VideoCreatedV1
from onwatch_contracts.webhooks import WebhookEvent, WebhookPatch

FAILED = OutgoingEvent(WebhookEvent.RUN_FAILED, "run.failed m", "{}")
URL = "http://127.0.0.1/"
CLAIM = timedelta(minutes=1)


async def note(bench: Any, *events: OutgoingEvent) -> None:
    async with bench.store._writing.begin() as connection:
        for event in events:
            await bench.store.note(connection, event, bench.clock.now())


async def test_an_event_is_noted_once_for_each_enabled_webhook_that_wants_it(bench: Any) -> None:
    wants = (await bench.add(URL)).webhook.id
    disabled = (await bench.add(URL)).webhook.id
    other = (await bench.add(URL, WebhookEvent.VIDEO_PERSISTED)).webhook.id
    await bench.webhooks.change(disabled, WebhookPatch(is_enabled=False))

    await note(bench, FAILED)
    await note(bench, FAILED)

    assert [len(await bench.log(webhook_id)) for webhook_id in (wants, disabled, other)] == [1, 0, 0]


async def test_a_change_that_is_rolled_back_notes_nothing(bench: Any, make_video: Any) -> None:
    webhook_id = (await bench.add(URL)).webhook.id
    videos = SqlStore(bench.store._engine)
    created = VideoCreatedV1(message_id="m", occurred_at=bench.clock.now(), video_id="v")
    await videos.add(make_video("v"), created)

    async def note_and_fail(connection: Any, before: Any) -> None:
        await bench.store.note(connection, FAILED, bench.clock.now())
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await videos.change("v", lambda video: video, also=note_and_fail)
    assert await bench.log(webhook_id) == ()


async def test_the_oldest_due_delivery_of_each_webhook_is_claimed(bench: Any) -> None:
    first, second = [(await bench.add(URL)).webhook.id for _ in range(2)]
    events = [OutgoingEvent(WebhookEvent.RUN_FAILED, f"run.failed {number}", str(number)) for number in range(3)]
    await note(bench, *events)
    now = bench.clock.now()

    claimed = await bench.store.claim(now, now + CLAIM, 8)
    assert [each.body for each in claimed] == ["0", "0"]
    assert await bench.store.claim(now, now + CLAIM, 8) == ()
    oldest = {(await bench.log(webhook_id))[-1].id for webhook_id in (first, second)}
    assert {each.id for each in claimed} == oldest

    (one,) = await bench.store.claim(now + CLAIM, now + 2 * CLAIM, 1)
    assert (one.body, one.attempts_count) == ("0", 2)


async def test_two_catalogs_do_not_claim_the_same_delivery(bench: Any) -> None:
    for _ in range(4):
        await bench.add(URL)
    await note(bench, FAILED)
    now = bench.clock.now()

    claims = await asyncio.gather(*(bench.store.claim(now, now + CLAIM, 4) for _ in range(4)))

    claimed = [each.number for claim in claims for each in claim]
    assert len(claimed) == len(set(claimed)) == 4


async def test_the_log_is_read_in_pages_from_the_newest(bench: Any) -> None:
    webhook_id = (await bench.add(URL)).webhook.id
    added = [(await bench.webhooks.ping(webhook_id)).id for _ in range(3)]

    newest = await bench.webhooks.deliveries(webhook_id, 2, None)
    oldest = await bench.webhooks.deliveries(webhook_id, 2, newest.next_before)

    assert [delivery.id for delivery in (*newest.items, *oldest.items)] == added[::-1]
    assert oldest.next_before is None

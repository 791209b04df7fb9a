"""The HTTP API of webhooks, and events of the bus that reach a receiver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from onwatch_contracts.messages import RunFailedV1, VideoPersistedV1
from onwatch_contracts.values import Coverage, Totals
from onwatch_runtime.bus import Publisher
from onwatch_testkit.ids import counting_ids

EVENTS = ["video.persisted", "run.failed"]
PERSISTED: dict[str, Any] = {"run_id": "r", "totals": Totals(), "coverage": Coverage()}
FAILED = {"run_id": None, "code": "model_missing", "reason": "No model."}


@pytest.fixture
async def stage(staging: Any) -> AsyncIterator[Any]:
    async with staging(webhook_targets="127.0.0.1") as running:
        yield running


async def added(stage: Any, url: str, **fields: Any) -> Any:
    answer = await stage.http.post("/api/webhooks", json={"url": url, "events": EVENTS, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def log_of(stage: Any, webhook: Any) -> Any:
    return (await stage.http.get(f"/api/webhooks/{webhook['webhook']['id']}/deliveries")).json()["items"]


async def test_a_new_secret_is_shown_once(stage: Any) -> None:
    webhook = await added(stage, "https://a.example")
    path = f"/api/webhooks/{webhook['webhook']['id']}/secret"
    answer = await stage.http.post(path, json={})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json()["webhook"] == webhook["webhook"]
    assert answer.json()["secret"] not in (webhook["secret"], (await stage.http.get("/api/webhooks")).text)
    for overlap_h in (-1, 169, 1.5, "2", None):
        assert (await stage.http.post(path, json={"overlap_h": overlap_h})).status_code == 422


async def test_the_secret_is_shown_once(stage: Any) -> None:
    answer = await stage.http.post("/api/webhooks", json={"url": "https://a.example", "events": ["run.failed"]})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    body = answer.json()
    assert body["secret"].startswith("whsec_")
    assert body["webhook"] == {
        "id": body["webhook"]["id"],
        "url": "https://a.example/",
        "events": ["run.failed"],
        "is_enabled": True,
        "description": "",
        "created_at": "2026-01-01T00:00:00Z",
    }
    listed = await stage.http.get("/api/webhooks")
    assert listed.json() == {"items": [body["webhook"]]}
    assert body["secret"] not in listed.text


async def test_a_webhook_is_changed_tested_and_deleted(stage: Any, receiver: Any) -> None:
    webhook = await added(stage, "https://a.example/")
    path = f"/api/webhooks/{webhook['webhook']['id']}"
    changed = await stage.http.patch(path, json={"url": receiver.url})
    assert changed.json() == webhook["webhook"] | {"url": receiver.url}

    tested = await stage.http.post(f"{path}/test")
    assert (tested.status_code, tested.json()["event"], tested.json()["status"]) == (202, "ping", "waiting")
    received = await receiver.next()
    assert received.is_signed_with(webhook["secret"])
    assert received.json["type"] == "ping"

    again = await stage.http.post(f"{path}/deliveries/{tested.json()['id']}/retry")
    assert (again.status_code, again.json()["id"]) == (202, tested.json()["id"])
    assert (await stage.http.delete(path)).status_code == 204
    assert (await stage.http.get(f"{path}/deliveries")).json()["code"] == "webhook_not_found"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "ftp://a.example/", "events": EVENTS}, "invalid_webhook_url"),
        ({"url": "http://10.0.0.1/", "events": EVENTS}, "invalid_webhook_url"),
        ({"url": "http://a:b@a.example/", "events": EVENTS}, "invalid_webhook_url"),
        ({"url": "http://a.example/", "events": []}, "invalid_request"),
        ({"url": "http://a.example/", "events": ["video.deleted"]}, "invalid_request"),
    ],
)
async def test_what_can_never_be_delivered_is_refused(stage: Any, body: Any, code: str) -> None:
    refused = await stage.http.post("/api/webhooks", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_page_of_deliveries_has_a_size(stage: Any, receiver: Any) -> None:
    webhook = await added(stage, receiver.url)
    answer = await stage.http.get(f"/api/webhooks/{webhook['webhook']['id']}/deliveries?limit=0")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_events_of_the_bus_reach_the_receiver_once(stage: Any, receiver: Any, clip: Path) -> None:
    webhook = await added(stage, receiver.url)
    video_id = await stage.add(clip, name="Main street")
    publisher = Publisher(stage.bus, stage.clock, counting_ids("m"))
    failed = publisher.make(RunFailedV1, video_id=video_id, **FAILED)
    for _ in range(2):
        await stage.bus.publish(failed)  # delivered twice by the bus
        await publisher.publish(VideoPersistedV1, video_id=video_id, **PERSISTED)  # published twice
    await stage.bus.settle()

    received = [await receiver.next() for _ in range(2)]
    assert sorted(each.json["type"] for each in received) == ["run.failed", "video.persisted"]
    assert all(each.is_signed_with(webhook["secret"]) for each in received)
    assert {each.json["data"]["name"] for each in received} == {"Main street"}
    assert len(await log_of(stage, webhook)) == 2
    assert stage.bus.dead_letters == []


async def test_an_event_of_a_deleted_video_is_told_to_nobody(stage: Any, receiver: Any) -> None:
    webhook = await added(stage, receiver.url)
    await Publisher(stage.bus, stage.clock, lambda: "m").publish(RunFailedV1, video_id="gone", **FAILED)
    await stage.bus.settle()
    assert await log_of(stage, webhook) == []


async def test_waiting_deliveries_survive_a_restart(staging: Any, receiver: Any, clip: Path) -> None:
    receiver.statuses = [500, 200]
    async with staging(webhook_targets="127.0.0.1") as stage:
        webhook = await added(stage, receiver.url)
        video_id = await stage.add(clip)
        await Publisher(stage.bus, stage.clock, lambda: "m").publish(RunFailedV1, video_id=video_id, **FAILED)
        first = await receiver.next()

    await stage.clock.advance(5)
    async with staging(webhook_targets="127.0.0.1") as stage:
        second = await receiver.next()

    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    async with staging() as stage:
        (delivery,) = await log_of(stage, webhook)
        assert (delivery["status"], delivery["attempts_count"]) == ("delivered", 2)


async def test_an_address_that_the_setting_no_longer_allows_is_refused_at_the_attempt(
    staging: Any, receiver: Any
) -> None:
    async with staging(webhook_targets="127.0.0.1") as stage:
        webhook = await added(stage, receiver.url)
    async with staging() as stage:
        await stage.http.post(f"/api/webhooks/{webhook['webhook']['id']}/test")
        async with asyncio.timeout(60):
            while not (delivery := (await log_of(stage, webhook))[0])["problem"]:  # noqa: ASYNC110 clients poll, too
                await asyncio.sleep(0.01)
    assert delivery["problem"].startswith("127.0.0.1: 127.0.0.1 is not public")
    assert receiver.received == []

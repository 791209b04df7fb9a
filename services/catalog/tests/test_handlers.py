from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from onwatch_catalog.handlers import STATUS_RULES, SUBSCRIPTIONS
from onwatch_catalog.videos.status import LOST
from onwatch_contracts.messages import AlertChangedV1, RunLostV1, RunPausedV1, RunStartedV1, SiteChangedV1
from onwatch_contracts.samples import MESSAGES
from onwatch_runtime.bus import PrivateQueue, Publisher, SharedQueue

PATIENCE_S = 60.0

STARTED = {"run_id": "r", "epoch": 1, "worker_id": "w", "resumed": False, "position_s": 0, "detector_model": "demo"}


async def test_the_status_follows_the_run(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    publisher = Publisher(stage.bus, stage.clock, lambda: "m")

    async def status() -> tuple[str, str | None]:
        await stage.bus.settle()
        video = (await stage.http.get(f"/api/videos/{video_id}")).json()
        return video["status"], video["status_reason"]

    assert await status() == ("ready", None)
    await publisher.publish(RunStartedV1, video_id=video_id, **STARTED)
    assert await status() == ("streaming", None)
    await publisher.publish(RunPausedV1, video_id=video_id, run_id="r", epoch=1, position_s=1, reason="no_demand")
    assert await status() == ("paused", None)
    await publisher.publish(RunStartedV1, video_id=video_id, **STARTED | {"epoch": 2, "resumed": True})
    await publisher.publish(RunLostV1, video_id=video_id, run_id="r", epoch=2, position_s=1)
    assert await status() == ("paused", LOST)


async def test_a_run_that_starts_has_its_site_published_again(stage: Any, memory_bus: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    received: asyncio.Queue[Any] = asyncio.Queue()
    consumer = await memory_bus.subscribe(PrivateQueue("sites", (SiteChangedV1,)), received.put)
    await stage.http.patch(f"/api/videos/{video_id}", json={"anchor": "center"})
    while (published := await asyncio.wait_for(received.get(), PATIENCE_S)).revision < 2:
        pass  # the revision of the upload may still be on its way
    await Publisher(stage.bus, stage.clock, lambda: "m").publish(RunStartedV1, video_id=video_id, **STARTED)
    again = await asyncio.wait_for(received.get(), PATIENCE_S)
    await consumer.close()

    assert (again.message_id, again.revision) == (published.message_id, 2)
    assert again.message_id == f"site-{video_id}-2"
    assert again.site.zones[0].anchor == "center"


async def test_a_webhook_is_told_of_an_alert_once(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    hook = {"url": "http://example.com/hook", "events": ["alert.cleared"]}
    added = (await stage.http.post("/api/webhooks", json=hook)).json()["webhook"]
    alert = next(sample for sample in MESSAGES if isinstance(sample, AlertChangedV1))
    for number in range(2):
        await stage.bus.publish(alert.model_copy(update={"message_id": f"m{number}", "video_id": video_id}))
    await stage.bus.settle()
    deliveries = (await stage.http.get(f"/api/webhooks/{added['id']}/deliveries")).json()["items"]
    assert [one["event"] for one in deliveries] == ["alert.cleared"]


async def test_a_message_about_a_deleted_video_is_ignored(stage: Any) -> None:
    await Publisher(stage.bus, stage.clock, lambda: "m").publish(RunStartedV1, video_id="gone", **STARTED)
    await stage.bus.settle()

    assert stage.bus.dead_letters == []


def test_the_events_of_a_video_are_handled_in_order() -> None:
    (queue, _), (alerts, _), _ = SUBSCRIPTIONS
    assert isinstance(alerts, SharedQueue)
    assert alerts.ordered, "that one is raised comes before that it is cleared"
    assert isinstance(queue, SharedQueue)
    assert queue.ordered
    assert set(queue.messages) == set(STATUS_RULES)

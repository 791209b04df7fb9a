from __future__ import annotations

from pathlib import Path
from typing import Any

from onwatch_catalog.handlers import STATUS_AFTER, SUBSCRIPTIONS
from onwatch_contracts.messages import RunPausedV1, RunStartedV1
from onwatch_runtime.bus import Publisher, SharedQueue

STARTED = {"run_id": "r", "epoch": 1, "worker_id": "w", "resumed": False, "position_s": 0, "detector_model": "demo"}


async def test_the_status_follows_the_run(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    publisher = Publisher(stage.bus, stage.clock, lambda: "m")

    async def status() -> str:
        await stage.bus.settle()
        shown: str = (await stage.http.get(f"/api/videos/{video_id}")).json()["status"]
        return shown

    assert await status() == "ready"
    await publisher.publish(RunStartedV1, video_id=video_id, **STARTED)
    assert await status() == "streaming"
    await publisher.publish(RunPausedV1, video_id=video_id, run_id="r", epoch=1, position_s=1, reason="no_demand")
    assert await status() == "paused"


async def test_news_of_a_deleted_video_is_nothing_to_act_on(stage: Any) -> None:
    await Publisher(stage.bus, stage.clock, lambda: "m").publish(RunStartedV1, video_id="gone", **STARTED)
    await stage.bus.settle()

    assert stage.bus.dead_letters == []


def test_the_news_of_a_video_is_heard_in_order() -> None:
    queue, _ = SUBSCRIPTIONS[0]
    assert isinstance(queue, SharedQueue)
    assert queue.ordered
    assert set(queue.messages) == set(STATUS_AFTER)

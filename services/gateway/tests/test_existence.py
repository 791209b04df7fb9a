"""A deletion that nobody said is found out, on a clock that the test owns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onwatch_contracts.messages import DemandReleasedV1
from onwatch_gateway.settings import GatewaySettings

OpenStage = Callable[..., Any]
INTERVAL_S = GatewaySettings().existence_interval_s
GONE = {"type": "state", "video_id": "a", "state": "deleted", "reason": "The video was deleted."}


async def watching(viewer: Any, stage: Any) -> None:
    await viewer.send({"type": "subscribe", "video_id": "a"})
    await viewer.send({"type": "start", "video_id": "a"})
    await stage.settle()
    assert (await viewer.receive())["type"] == "subscribed"


async def test_viewers_of_a_video_that_is_gone_are_told_and_its_demand_ends(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await watching(viewer, stage)
        del stage.catalog.videos["a"]

        await stage.clock.advance(INTERVAL_S)
        await stage.settle()

        assert await viewer.receive() == GONE
        assert (await viewer.receive())["type"] == "unsubscribed"
        assert isinstance(stage.demand[-1], DemandReleasedV1)
        assert stage.count("videos_wanted") == 0


async def test_viewers_of_a_video_that_is_there_hear_nothing(open_stage: OpenStage) -> None:
    async with open_stage() as stage, stage.viewer() as viewer:
        await watching(viewer, stage)
        await stage.clock.advance(5 * INTERVAL_S)

        assert list(viewer.received()) == []


async def test_a_catalog_that_cannot_say_proves_nothing(open_stage: OpenStage) -> None:
    async def break_down(_: str) -> None:
        raise RuntimeError("the catalog is broken")

    async with open_stage() as stage, stage.viewer() as viewer:
        await watching(viewer, stage)
        stage.catalog.hold = break_down
        await stage.clock.advance(2 * INTERVAL_S)
        assert list(viewer.received()) == []

        stage.catalog.hold = None
        del stage.catalog.videos["a"]
        await stage.clock.advance(INTERVAL_S)
        await stage.settle()
        assert await viewer.receive() == GONE


async def test_a_video_that_nobody_listens_to_is_not_asked_for(open_stage: OpenStage) -> None:
    asked: list[str] = []

    async def note(video_id: str) -> None:
        asked.append(video_id)

    async with open_stage() as stage:
        stage.catalog.hold = note
        async with stage.viewer() as viewer:
            await watching(viewer, stage)
            await stage.clock.advance(INTERVAL_S)
        await stage.settle()
        before = list(asked)
        await stage.clock.advance(3 * INTERVAL_S)

    assert before == ["a", "a"], "once to subscribe, once to see"
    assert asked == before

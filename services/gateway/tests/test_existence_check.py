"""Detection of deletions whose `video.deleted` was not received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onwatch_contracts.messages import DemandReleasedV1
from onwatch_gateway.settings import GatewaySettings

OpenGateway = Callable[..., Any]
INTERVAL_S = GatewaySettings().existence_interval_s
DELETED = {"type": "state", "video_id": "a", "state": "deleted", "reason": "The video was deleted."}


async def watching(viewer: Any, gateway: Any) -> None:
    await viewer.send({"type": "subscribe", "video_id": "a"})
    await viewer.send({"type": "start", "video_id": "a"})
    await gateway.settle()
    assert (await viewer.receive())["type"] == "subscribed"


async def test_viewers_of_a_deleted_video_are_notified_and_its_demand_ends(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await watching(viewer, gateway)
        del gateway.catalog.videos["a"]

        await gateway.clock.advance(INTERVAL_S)
        await gateway.settle()

        assert await viewer.receive() == DELETED
        assert (await viewer.receive())["type"] == "unsubscribed"
        assert isinstance(gateway.demand[-1], DemandReleasedV1)
        assert gateway.metric("videos_wanted") == 0


async def test_viewers_of_an_existing_video_receive_nothing(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await watching(viewer, gateway)
        await gateway.clock.advance(5 * INTERVAL_S)

        assert list(viewer.received()) == []


async def test_an_unavailable_catalog_does_not_mean_a_deletion(open_gateway: OpenGateway) -> None:
    async def fail(_: str) -> None:
        raise RuntimeError("the catalog is broken")

    async with open_gateway() as gateway, gateway.viewer() as viewer:
        await watching(viewer, gateway)
        gateway.catalog.hold = fail
        await gateway.clock.advance(2 * INTERVAL_S)
        assert list(viewer.received()) == []

        gateway.catalog.hold = None
        del gateway.catalog.videos["a"]
        await gateway.clock.advance(INTERVAL_S)
        await gateway.settle()
        assert await viewer.receive() == DELETED


async def test_a_video_without_subscribers_is_not_looked_up(open_gateway: OpenGateway) -> None:
    looked_up: list[str] = []

    async def record(video_id: str) -> None:
        looked_up.append(video_id)

    async with open_gateway() as gateway:
        gateway.catalog.hold = record
        async with gateway.viewer() as viewer:
            await watching(viewer, gateway)
            await gateway.clock.advance(INTERVAL_S)
        await gateway.settle()
        before = list(looked_up)
        await gateway.clock.advance(3 * INTERVAL_S)

    assert before == ["a", "a"], "once to subscribe, once to check"
    assert looked_up == before

"""Start and stop of the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1, Message
from onwatch_gateway.connection import CloseCode
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_testkit.clock import FakeClock, settle
from onwatch_testkit.websocket import Closed, Refused

OpenGateway = Callable[..., Any]


async def test_stopping_releases_demand_and_closes_the_connections(
    open_gateway: OpenGateway, memory_bus: MemoryBus
) -> None:
    async with open_gateway() as gateway:
        connection = gateway.viewer()
        viewer = await connection.__aenter__()
        await viewer.send({"type": "subscribe", "video_id": "a"})
        await viewer.send({"type": "start", "video_id": "a"})
        await gateway.settle()
    await gateway.settle()
    assert [type(message) for message in gateway.demand] == [DemandWantedV1, DemandReleasedV1]
    assert await viewer.receive() == {"type": "subscribed", "video_id": "a"}
    with pytest.raises(Closed) as closed:
        await viewer.receive()
    assert closed.value.code == CloseCode.SERVICE_RESTART
    with pytest.raises(Refused):
        async with gateway.viewer():
            pass
    await connection.__aexit__(None, None, None)
    await gateway.frame("a")
    assert memory_bus.frames_carried == 0


class SlowBus(MemoryBus):
    """Publishes with a delay."""

    async def publish(self, message: Message) -> None:
        await settle()
        await super().publish(message)


async def test_stopping_waits_until_the_last_release_is_published(open_gateway: OpenGateway, clock: FakeClock) -> None:
    slow = SlowBus(clock)
    async with open_gateway(bus=slow) as gateway:
        viewers = [gateway.viewer(), gateway.viewer()]
        for connection, video_id in zip(viewers, "ab", strict=True):
            viewer = await connection.__aenter__()
            await viewer.send({"type": "subscribe", "video_id": video_id})
            await viewer.send({"type": "start", "video_id": video_id})
        for _ in range(3):
            await gateway.settle()
    await gateway.settle()
    assert {message.video_id for message in gateway.demand if isinstance(message, DemandReleasedV1)} == {"a", "b"}
    for connection in viewers:
        await connection.__aexit__(None, None, None)
    await slow.close()


async def test_it_is_ready_when_its_bus_is(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway:
        assert set(gateway.service.checks) == {"bus"}
        await gateway.service.checks["bus"]()
        assert gateway.service.name == "gateway"


async def test_two_gateways_on_one_bus_publish_under_their_own_ids(open_gateway: OpenGateway) -> None:
    async with open_gateway() as one, open_gateway() as other:
        for gateway in (one, other):
            async with gateway.viewer() as viewer:
                await viewer.send({"type": "subscribe", "video_id": "a"})
                await viewer.send({"type": "start", "video_id": "a"})
                await gateway.settle()
        await one.settle()
        assert len({message.source_id for message in one.demand}) == 2


async def test_an_error_of_the_body_is_raised_as_it_is(open_gateway: OpenGateway) -> None:
    with pytest.raises(LookupError, match="nothing here"):
        async with open_gateway():
            raise LookupError("nothing here")


class BrokenBus(MemoryBus):
    """Raises an error that the gateway does not expect."""

    async def publish(self, message: Message) -> None:
        raise ArithmeticError("broken")


async def test_a_background_job_that_fails_cancels_the_body(open_gateway: OpenGateway, clock: FakeClock) -> None:
    broken = BrokenBus(clock)

    async def watch_forever() -> None:
        async with open_gateway(bus=broken) as gateway, gateway.viewer() as viewer:
            await viewer.send({"type": "subscribe", "video_id": "a"})
            await viewer.send({"type": "start", "video_id": "a"})
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as failed:
        await watch_forever()
    assert failed.group_contains(ArithmeticError, match="broken")
    await broken.close()

"""Start and stop of the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1, Message
from onwatch_gateway.connection import CloseCode
from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_testkit.clock import FakeClock, settle
from onwatch_testkit.websocket import Closed, Refused

OpenStage = Callable[..., Any]


async def test_stopping_releases_demand_and_closes_the_connections(
    open_stage: OpenStage, memory_bus: MemoryBus
) -> None:
    async with open_stage() as stage:
        connection = stage.viewer()
        viewer = await connection.__aenter__()
        await viewer.send({"type": "subscribe", "video_id": "a"})
        await viewer.send({"type": "start", "video_id": "a"})
        await stage.settle()
    await stage.settle()
    assert [type(message) for message in stage.demand] == [DemandWantedV1, DemandReleasedV1]
    assert await viewer.receive() == {"type": "subscribed", "video_id": "a"}
    with pytest.raises(Closed) as closed:
        await viewer.receive()
    assert closed.value.code == CloseCode.SERVICE_RESTART
    with pytest.raises(Refused):
        async with stage.viewer():
            pass
    await connection.__aexit__(None, None, None)
    await stage.frame("a")
    assert memory_bus.frames_carried == 0


class SlowBus(MemoryBus):
    """Takes its time with everything."""

    async def publish(self, message: Message) -> None:
        await settle()
        await super().publish(message)


async def test_stopping_waits_until_the_last_release_is_said(open_stage: OpenStage, clock: FakeClock) -> None:
    slow = SlowBus(clock)
    async with open_stage(bus=slow) as stage:
        viewers = [stage.viewer(), stage.viewer()]
        for connection, video_id in zip(viewers, "ab", strict=True):
            viewer = await connection.__aenter__()
            await viewer.send({"type": "subscribe", "video_id": video_id})
            await viewer.send({"type": "start", "video_id": video_id})
        for _ in range(3):
            await stage.settle()
    await stage.settle()
    assert {message.video_id for message in stage.demand if isinstance(message, DemandReleasedV1)} == {"a", "b"}
    for connection in viewers:
        await connection.__aexit__(None, None, None)
    await slow.close()


async def test_it_is_ready_when_its_bus_is(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        assert set(stage.service.checks) == {"bus"}
        await stage.service.checks["bus"]()
        assert stage.service.name == "gateway"


async def test_two_gateways_on_one_bus_speak_for_themselves(open_stage: OpenStage) -> None:
    async with open_stage() as one, open_stage() as other:
        for stage in (one, other):
            async with stage.viewer() as viewer:
                await viewer.send({"type": "subscribe", "video_id": "a"})
                await viewer.send({"type": "start", "video_id": "a"})
                await stage.settle()
        await one.settle()
        assert len({message.source_id for message in one.demand}) == 2


async def test_what_fails_while_it_runs_is_raised_as_it_is(open_stage: OpenStage) -> None:
    with pytest.raises(LookupError, match="nothing here"):
        async with open_stage():
            raise LookupError("nothing here")


class BrokenBus(MemoryBus):
    """Fails in a way that nobody reckons with."""

    async def publish(self, message: Message) -> None:
        raise ArithmeticError("broken")


async def test_a_job_that_fails_ends_what_is_inside(open_stage: OpenStage, clock: FakeClock) -> None:
    broken = BrokenBus(clock)

    async def watch_for_ever() -> None:
        async with open_stage(bus=broken) as stage, stage.viewer() as viewer:
            await viewer.send({"type": "subscribe", "video_id": "a"})
            await viewer.send({"type": "start", "video_id": "a"})
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as failed:
        await watch_for_ever()
    assert failed.group_contains(ArithmeticError, match="broken")
    await broken.close()

"""The whole service on the memory bus: as detectors and gateways see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.service import build
from onwatch_aggregator.settings import AggregatorSettings, Lifetimes
from onwatch_contracts.http import Claim
from onwatch_contracts.messages import (
    Message,
    MetricsCommittedV1,
    MetricsRejectedV1,
    VideoDeletedV1,
    VideoPersistedV1,
)
from onwatch_runtime.bus import PrivateQueue
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.process import Service
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.ids import counting_ids

DEADLINE_S = 60.0  # of real time, for what is normally there at once


@pytest.fixture
def service(memory_bus: MemoryBus, redis: Redis, clock: FakeClock, empty_database: AggregatorSettings) -> Service:
    settings = AggregatorSettings.load(environ={}, database_url=empty_database.database)
    return build(settings, bus=memory_bus, redis=redis, clock=clock, new_id=counting_ids())


class Receiver:
    """What others receive from the service, in order."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._more = asyncio.Condition()

    async def receive(self, message: Message) -> None:
        async with self._more:
            self.messages.append(message)
            self._more.notify_all()

    async def until(self, name: str) -> Message:
        """The first message of that name, once it has arrived."""
        async with asyncio.timeout(DEADLINE_S), self._more:
            await self._more.wait_for(lambda: any(message.name == name for message in self.messages))
        return next(message for message in self.messages if message.name == name)


@pytest.fixture
async def receiver(memory_bus: MemoryBus) -> Receiver:
    receiver = Receiver()
    kinds = (MetricsCommittedV1, MetricsRejectedV1, VideoPersistedV1)
    await memory_bus.subscribe(PrivateQueue("test", kinds), receiver.receive)
    return receiver


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://aggregator") as client:
        yield client


async def claim(client: httpx.AsyncClient, clock: FakeClock, make: Any) -> Claim:
    body = {
        "worker_id": "worker-1",
        "requested_at": clock.now().isoformat(),
        "settings": make.settings.model_dump(mode="json"),
    }
    answer = await client.post("/internal/videos/video/claim", json=body)
    return Claim.model_validate_json(answer.content)


async def test_a_run_from_claim_to_sql_to_deletion(
    service: Service,
    client: httpx.AsyncClient,
    memory_bus: MemoryBus,
    clock: FakeClock,
    make: Any,
    scene: Any,
    receiver: Receiver,
):
    async with service.lifespan():
        run = await claim(client, clock, make)
        for batch in scene.batches(run):
            await memory_bus.publish(batch)
        await receiver.until("video.persisted")
        assert [message.name for message in receiver.messages] == ["metrics.committed"] * 4 + ["video.persisted"]
        metrics = (await client.get("/api/videos/video/metrics")).json()
        assert (metrics["source"], metrics["total_vehicles_count"]) == ("sql", 2)

        await memory_bus.publish(VideoDeletedV1(message_id="m", occurred_at=clock.now(), video_id="video"))
        await memory_bus.settle()
        assert (await client.get("/api/videos/video/metrics")).json()["source"] == "none"
        assert (await client.get("/api/videos/video/runs")).json() == {"items": []}
    assert memory_bus.dead_letters == []


async def test_a_run_left_final_by_a_crash_is_finished_after_the_next_start(
    service: Service, memory_bus: MemoryBus, redis: Redis, clock: FakeClock, scene: Any, receiver: Receiver
):
    run = await scene.finished()
    await RedisLiveStore(redis, Lifetimes()).add_finishing("video", run.run_id, clock.now())
    await clock.advance(31.0)
    async with service.lifespan():
        assert (await receiver.until("video.persisted")).run_id == run.run_id


async def test_a_service_that_was_stopped_leaves_its_messages_to_the_next(
    service: Service,
    client: httpx.AsyncClient,
    memory_bus: MemoryBus,
    clock: FakeClock,
    make: Any,
    scene: Any,
    receiver: Receiver,
):
    async with service.lifespan():
        run = await claim(client, clock, make)
    for batch in scene.batches(run):
        await memory_bus.publish(batch)
    assert receiver.messages == []
    async with service.lifespan():
        await receiver.until("video.persisted")


async def test_its_dependencies_are_checked(service: Service):
    async with service.lifespan():
        assert set(service.checks) == {"bus", "redis", "sql"}
        for check in service.checks.values():
            await check()


async def test_a_redis_of_its_own_is_closed_with_the_service(memory_bus: MemoryBus, clock: FakeClock, tmp_path: Path):
    """Nothing listens at the address: the service still starts, and stops without leaving a connection open."""
    settings = AggregatorSettings.load(environ={}, data_dir=tmp_path, redis_url="redis://127.0.0.1:1/0")
    async with build(settings, bus=memory_bus, clock=clock).lifespan():
        pass

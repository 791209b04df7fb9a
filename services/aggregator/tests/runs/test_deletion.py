"""A deletion in every state of a run, with a crash at every step and every late message after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from onwatch_aggregator.handlers import Handlers
from onwatch_aggregator.live.inventory import RedisInventory
from onwatch_aggregator.live.store import Granted
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.deletion import Deletion
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.leases import LeaseWatch
from onwatch_aggregator.service import build
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_contracts.http import ClaimRequest
from onwatch_contracts.messages import VideoDeletedV1, VideoFinishedV1
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_testkit.clock import FakeClock

SETTLE_S = 30.0
STEPS = [("results", "record_deletion"), ("live", "delete"), ("results", "delete_video")]


class Crash(Exception):
    """The process crashes here."""


async def crash() -> None:
    raise Crash


class World:
    """A video in one of its states, and every message about it that may still arrive."""

    def __init__(self, scene: Any, handlers: Handlers, clock: FakeClock) -> None:
        self.scene, self.handlers, self.clock = scene, handlers, clock
        self.run: Granted | None = None

    async def queued(self) -> None:
        """Wanted, but no worker has a free slot."""

    async def streaming(self) -> None:
        self.run = await self.scene.claim()
        await self.scene.commit(self.scene.batches(self.run)[:2])

    async def paused(self) -> None:
        self.run = await self.scene.claim()
        first = self.scene.batches(self.run)[0]
        await self.scene.commit([first.model_copy(update={"releases": True})])

    async def finishing(self) -> None:
        """The final batch is committed and recorded; nothing is in SQL."""
        self.run = await self.scene.claim()
        for batch in self.scene.batches(self.run):
            await self.handlers.on_batch(batch)

    async def persisted(self) -> None:
        await self.finishing()
        await self.deliver_finished()

    async def deleted(self, deletion: Deletion | None = None) -> None:
        ports = {"live": deletion.live, "results": deletion.results} if deletion else {}
        message = VideoDeletedV1(message_id="m", occurred_at=self.clock.now(), video_id="video")
        await replace(self.handlers, **ports).on_deleted(message)

    async def deliver_finished(self) -> None:
        assert self.run is not None
        message = VideoFinishedV1(
            message_id="m", occurred_at=self.clock.now(), video_id="video", run_id=self.run.run_id
        )
        await self.handlers.on_finished(message)

    async def redeliver_late(self) -> None:
        """Deliver everything that may still be in a queue."""
        if self.run is not None:
            for batch in self.scene.batches(self.run):
                await self.handlers.on_batch(batch)
            await self.deliver_finished()


STATES: Mapping[str, Callable[[World], Awaitable[None]]] = {
    "queued": World.queued,
    "streaming": World.streaming,
    "paused": World.paused,
    "finishing": World.finishing,
    "persisted": World.persisted,
}


@pytest.fixture
def world(scene: Any, handlers: Handlers, clock: FakeClock) -> World:
    return World(scene, handlers, clock)


@pytest.fixture
def nothing_left(redis: Redis, results: SqlResultsStore) -> Callable[[], Awaitable[None]]:
    async def check() -> None:
        keys = [key.name for key in await RedisInventory(redis).keys() if key.what != "deleted"]
        assert keys == []
        assert await results.video_ids() == set()
        assert await results.vehicles("run-1") == ()

    return check


async def swept(deletion: Deletion, finishing: Finishing, lease_watch: LeaseWatch, world: World) -> None:
    """Sweep twice, half a minute apart; announcements are handled."""
    for _ in range(2):
        await world.clock.advance(SETTLE_S + 1)
        await deletion.repeat(SETTLE_S)
        await lease_watch.check()
        if await finishing.announce_overdue(world.clock, SETTLE_S):
            await world.deliver_finished()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("port", "method"), STEPS)
@pytest.mark.parametrize("state", STATES)
async def test_a_deletion_that_crashes_at_any_step_leaves_nothing_and_restores_nothing(
    world: World,
    deletion: Deletion,
    finishing: Finishing,
    lease_watch: LeaseWatch,
    results: SqlResultsStore,
    around: Any,
    nothing_left: Any,
    state: str,
    port: str,
    method: str,
    when: str,
) -> None:
    await STATES[state](world)

    with pytest.raises(Crash):
        await world.deleted(replace(deletion, **{port: around(getattr(deletion, port), method, when, crash)}))
    await world.redeliver_late()
    await world.deleted()
    await world.redeliver_late()
    await swept(deletion, finishing, lease_watch, world)

    await nothing_left()
    assert not await results.is_deleted("video"), "the record is removed at the end"


async def dump_of(redis: Redis) -> Mapping[bytes, bytes]:
    return {key: await redis.dump(key) for key in await redis.keys("*")}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("lost", ["the last second", "everything"])
async def test_redis_that_loses_the_deletion_does_not_bring_the_video_back(
    world: World,
    deletion: Deletion,
    finishing: Finishing,
    lease_watch: LeaseWatch,
    redis: Redis,
    nothing_left: Any,
    state: str,
    lost: str,
) -> None:
    await STATES[state](world)
    before = await dump_of(redis)
    await world.deleted()
    await redis.flushdb()
    if lost == "the last second":  # the removal and the tombstone: what it had before is there again
        for key, value in before.items():
            await redis.restore(key, 600_000, value)

    await world.redeliver_late()
    await swept(deletion, finishing, lease_watch, world)

    await nothing_left()


async def test_a_claim_after_the_deletion_is_refused_even_if_redis_lost_the_tombstone(
    world: World, database: AggregatorSettings, memory_bus: MemoryBus, redis: Redis, clock: FakeClock, make: Any
) -> None:
    request = ClaimRequest(worker_id="w", requested_at=clock.now(), settings=make.settings).model_dump(mode="json")
    service = build(database, bus=memory_bus, redis=redis, clock=clock)
    transport = httpx.ASGITransport(service.app)
    async with service.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://aggregator") as http:
        await world.deleted()
        for _ in range(2):
            answer = await http.post("/internal/videos/video/claim", json=request)
            assert (answer.status_code, answer.json()["code"]) == (409, "video_deleted")
            await redis.flushdb()
        assert await redis.keys("*") == []


async def test_a_run_that_is_written_while_the_video_is_deleted_and_redis_loses_that_is_removed_by_its_writer(
    world: World,
    finishing: Finishing,
    results: SqlResultsStore,
    redis: Redis,
    around: Any,
    published: Any,
    nothing_left: Any,
) -> None:
    async def deleted_and_forgotten() -> None:
        await world.deleted()
        await redis.flushdb()

    await world.finishing()
    assert world.run is not None
    published.messages.clear()
    disturbed = replace(finishing, results=around(results, "save", "before", deleted_and_forgotten))
    await disturbed.finish("video", world.run.run_id)

    await nothing_left()
    assert "video.persisted" not in published.names


async def test_only_deletions_that_have_settled_are_repeated(
    deletion: Deletion, results: SqlResultsStore, clock: FakeClock
) -> None:
    await deletion.delete("video")
    await clock.advance(SETTLE_S)
    assert await deletion.repeat(SETTLE_S) == 0
    assert await results.is_deleted("video")

    await clock.advance(0.1)
    assert await deletion.repeat(SETTLE_S) == 1
    assert await deletion.repeat(SETTLE_S) == 0


async def test_a_deletion_that_is_received_twice_keeps_its_first_time(
    deletion: Deletion, results: SqlResultsStore, clock: FakeClock
) -> None:
    await deletion.delete("video")
    await clock.advance(20)
    await deletion.delete("video")

    assert await results.deletions_before(clock.now() - timedelta(seconds=19)) == ["video"]

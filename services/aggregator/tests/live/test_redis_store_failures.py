"""What the live store does when Redis is emptied, full, restarted, unavailable or a cluster."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import Redis
from redis.asyncio import RedisCluster as ClusterClient
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.live.live_run import RunState
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.live.store import ClaimAttempt, Committed, Granted, LeaseEnded, Rejected
from onwatch_aggregator.settings import Lifetimes
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers import RedisServer, free_port, require

LEASE_S = 3.0
PATIENCE_S = 60.0


# --- the server ----------------------------------------------------------------------------------


async def test_an_emptied_server_knows_no_run_and_the_next_claim_starts_one(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any
):
    lost = await scene.claim()
    first, second, third, _ = scene.batches(lost)
    await scene.commit([first, second])
    await redis.flushall()
    await clock.advance(0.25)
    assert await live.commit(third, clock.now()) == Rejected("unknown_run")
    assert await redis.keys("*") == []

    run = await scene.claim(new_run_id="run-2")
    assert (run.run_id, run.next_batch_no, run.checkpoint) == ("run-2", 1, None)
    assert run.epoch > lost.epoch
    assert await live.commit(third, clock.now()) == Rejected("unknown_run")
    await scene.commit(scene.batches(run))
    found, rows = await live.run_with_vehicles("video")
    assert (found.record.run_id, found.state, len(rows)) == ("run-2", RunState.FINAL, 3)


@pytest.mark.connected
async def test_a_full_server_is_unavailable_and_no_part_of_a_batch_is_written(
    redis_url: str, clock: FakeClock, make: Any, everything: Any
):
    redis = Redis.from_url(redis_url)
    await redis.flushdb()
    live = RedisLiveStore(redis, Lifetimes())
    run = await live.claim(make.attempt(clock.now()))
    batch = make.batch(run, 1, make.entered(1, 0.1))
    before = await everything(redis)
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable, match=r"Redis is not reached.*maxmemory"):
            await live.commit(batch, clock.now())
        assert await everything(redis) == before
    finally:
        await redis.config_set("maxmemory", 0)
    assert isinstance(await live.commit(batch, clock.now()), Committed)
    await redis.aclose()


class ProcessEnded(BaseException):
    """Stands for a SIGKILL between two commands."""


async def test_a_process_that_ends_within_a_commit_leaves_all_of_it_or_nothing(
    live: RedisLiveStore,
    redis: Redis,
    clock: FakeClock,
    make: Any,
    scene: Any,
    monkeypatch: pytest.MonkeyPatch,
    everything: Any,
):
    run = await scene.claim()
    batch = make.batch(run, 1, make.entered(1, 0.1), make.entered(2, 0.1), make.left(1, 0.1, 0.2))
    await redis.script_flush()
    states = [await everything(redis)]
    send = redis.execute_command
    committed = None
    while committed is None:
        may_send = len(states) - 1

        async def send_some(*command: Any, **options: Any) -> Any:
            nonlocal may_send
            if not may_send:
                raise ProcessEnded
            may_send -= 1
            return await send(*command, **options)

        monkeypatch.setattr(redis, "execute_command", send_some)
        with suppress(ProcessEnded):
            committed = await live.commit(batch, clock.now())
        monkeypatch.undo()
        states.append(await everything(redis))
    assert isinstance(committed, Committed)
    assert states[-1] != states[0]
    assert all(state in (states[0], states[-1]) for state in states)


async def test_scripts_are_loaded_again_after_redis_lost_them(
    live: RedisLiveStore, redis: Redis, clock: FakeClock, make: Any, scene: Any
):
    run = await scene.claim()
    await redis.script_flush()
    assert isinstance(await live.commit(make.batch(run, 1), clock.now()), Committed)


async def test_an_unreachable_server_is_unavailable(clock: FakeClock, make: Any):
    server = FakeServer()
    server.connected = False
    redis = FakeAsyncRedis(server=server, retry=Retry(NoBackoff(), 0))
    live = RedisLiveStore(redis, Lifetimes())
    attempt: ClaimAttempt = make.attempt(clock.now())
    for request in (live.check(), live.run("video"), live.claim(attempt), live.finishing_before(clock.now())):
        with pytest.raises(StoreUnavailable, match="Redis is not reached"):
            await request
    await redis.aclose()


async def test_a_client_that_decodes_answers_works_as_well(clock: FakeClock, make: Any):
    redis = FakeAsyncRedis(server=FakeServer(), decode_responses=True)
    live = RedisLiveStore(redis, Lifetimes())
    run = await live.claim(make.attempt(clock.now()))
    assert isinstance(run, Granted)
    assert isinstance(await live.commit(make.batch(run, 1, make.entered(1, 0.1)), clock.now()), Committed)
    await redis.aclose()


@pytest.mark.connected
async def test_a_restarted_server_continues_where_it_was(
    redis_server: RedisServer, redis_url: str, clock: FakeClock, make: Any
):
    redis = Redis.from_url(redis_url, retry=Retry(NoBackoff(), 0))
    await redis.flushdb()
    live = RedisLiveStore(redis, Lifetimes())
    run = await live.claim(make.attempt(clock.now()))
    await live.commit(make.batch(run, 1, make.entered(1, 0.1)), clock.now())
    redis_server.stop()
    try:
        with pytest.raises(StoreUnavailable, match="Redis is not reached"):
            await live.commit(make.batch(run, 2, make.entered(2, 0.3)), clock.now())
    finally:
        redis_server.start()
    answer = await live.commit(make.batch(run, 2, make.entered(2, 0.3)), clock.now())
    assert isinstance(answer, Committed)
    assert answer.run.record.totals.total_vehicles_count == 2
    await redis.aclose()


class RedisCluster(RedisServer):
    """A cluster of one: it refuses a command or script whose keys do not share a hash slot."""

    def __init__(self, folder: Path) -> None:
        # Its default, the port plus 10,000, may be given to another process at any time.
        super().__init__(folder, "--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--appendonly", "no")


@pytest.mark.connected
async def test_a_run_in_a_cluster(scene_on: Any, clock: FakeClock):
    require(RedisServer)
    with RedisCluster.running() as server:
        async with Redis.from_url(server.url) as node:
            await node.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16_383)
            await until_ok(node)
        async with ClusterClient.from_url(server.url) as redis:
            live = RedisLiveStore(redis, Lifetimes())
            run = await scene_on(live).finished()
            await live.add_finishing("video", run.run_id, clock.now())
            await clock.advance(1.0)
            assert await live.finishing_before(clock.now()) == [("video", run.run_id)]
            _, rows = await live.run_with_vehicles("video")
            assert len(rows) == 3
            assert await live.mark_persisted("video", run.run_id, None)
            await live.remove_finishing("video", run.run_id)
            (lease,) = await live.leases()
            assert await live.expire_lease(lease, clock.now(), clock.now()) == LeaseEnded()
            await live.untrack_lease(lease)
            await live.delete("video")
            assert await live.is_deleted("video")
            await live.check()


async def until_ok(node: Redis) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await node.cluster("info"))["cluster_state"] != "ok":  # noqa: ASYNC110 a server has no Event
            await asyncio.sleep(0.05)

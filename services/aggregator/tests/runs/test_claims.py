from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from onwatch_aggregator.errors import RunFinished, RunFinishing, RunLeased, VideoDeleted
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.claims import Claims
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_contracts.http import ClaimRequest
from onwatch_runtime.bus import Publisher
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.ids import counting_ids


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def claims(
    live: RedisLiveStore,
    results: SqlResultsStore,
    clock: FakeClock,
    registry: CollectorRegistry,
    publisher: Publisher,
) -> Claims:
    return Claims(live, results, clock, counting_ids("run"), 3.0, Instruments(registry), publisher)


@pytest.fixture
def request_at(make: Any) -> Any:
    def request_at(requested_at: datetime) -> ClaimRequest:
        return ClaimRequest(worker_id="worker-1", requested_at=requested_at, settings=make.settings)

    return request_at


async def test_a_granted_claim_says_how_long_the_lease_is(
    claims: Claims, clock: FakeClock, request_at: Any, registry: CollectorRegistry
):
    claim = await claims.claim("video", request_at(clock.now()))
    assert (claim.run_id, claim.lease_s, claim.next_batch_no) == ("run-1", 3.0, 1)
    assert registry.get_sample_value("onwatch_aggregator_claims_total", {"outcome": "granted"}) == 1


async def test_a_leased_run_says_who_holds_it_and_for_how_long(claims: Claims, clock: FakeClock, request_at: Any):
    await claims.claim("video", request_at(clock.now()))
    await clock.advance(0.6)
    with pytest.raises(RunLeased, match=r"Worker worker-1 holds the run of video video; its lease ends in 2\.400 s"):
        await claims.claim("video", request_at(clock.now()))


async def test_a_run_that_the_worker_discards_is_replaced_by_a_new_run(
    claims: Claims, clock: FakeClock, request_at: Any
):
    first = await claims.claim("video", request_at(clock.now()))
    discarding = request_at(clock.now()).model_copy(update={"discard_run_id": first.run_id})
    second = await claims.claim("video", discarding)
    assert (first.run_id, second.run_id) == ("run-1", "run-2")
    with pytest.raises(RunLeased):
        await claims.claim("video", discarding)


async def test_a_finishing_run_refuses(claims: Claims, clock: FakeClock, scene: Any, request_at: Any):
    await scene.finished()
    with pytest.raises(RunFinishing):
        await claims.claim("video", request_at(clock.now()))


async def test_answered_demand_is_refused_also_when_redis_was_emptied(
    claims: Claims, clock: FakeClock, scene: Any, request_at: Any, finishing: Finishing, redis: Redis
):
    requested_at = clock.now()
    run = await scene.finished()
    await finishing.finish("video", run.run_id)
    with pytest.raises(RunFinished):
        await claims.claim("video", request_at(requested_at))
    await redis.flushdb()
    with pytest.raises(RunFinished):
        await claims.claim("video", request_at(requested_at))


async def test_a_claim_of_a_finished_run_publishes_persisted_again(
    claims: Claims, clock: FakeClock, scene: Any, request_at: Any, finishing: Finishing, published: Any
):
    requested_at = clock.now()
    run = await scene.finished()
    finished_at = clock.now()
    await finishing.finish("video", run.run_id)
    await clock.advance(5.0)
    with pytest.raises(RunFinished):
        await claims.claim("video", request_at(requested_at))
    assert published.names == ["video.persisted"] * 2
    assert {(message.run_id, message.occurred_at) for message in published.messages} == {(run.run_id, finished_at)}
    assert (await claims.claim("video", request_at(clock.now()))).run_id != run.run_id, "wanted after the end"


async def test_demand_of_a_gateway_whose_clock_is_ahead_is_answered_by_one_run(
    claims: Claims, clock: FakeClock, scene: Any, request_at: Any, finishing: Finishing
):
    ahead = clock.now() + timedelta(hours=1)
    run = await scene.finished(requested_at=ahead)
    await finishing.finish("video", run.run_id)
    with pytest.raises(RunFinished):
        await claims.claim("video", request_at(ahead))


async def test_a_deleted_video_refuses(claims: Claims, clock: FakeClock, live: RedisLiveStore, request_at: Any):
    await live.delete("video")
    with pytest.raises(VideoDeleted):
        await claims.claim("video", request_at(clock.now()))

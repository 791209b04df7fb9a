"""The aggregator, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from onwatch_aggregator.api import create_app
from onwatch_aggregator.claims import Claims
from onwatch_aggregator.counters import Counters
from onwatch_aggregator.database import make_engine, migrate
from onwatch_aggregator.deleting import Deleting
from onwatch_aggregator.finishing import Finishing
from onwatch_aggregator.handlers import SUBSCRIPTIONS, Handlers
from onwatch_aggregator.reading import Reading
from onwatch_aggregator.redis_client import connect_redis
from onwatch_aggregator.redis_live_store import RedisLiveStore
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_aggregator.sql_results_store import SqlResultsStore
from onwatch_aggregator.sweep import Sweep
from onwatch_runtime.bus import Bus
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.loops import looping
from onwatch_runtime.publisher import Publisher
from onwatch_runtime.service import Service

NAME = "aggregator"


def build(
    settings: AggregatorSettings,
    *,
    bus: Bus,
    redis: Redis | None = None,
    clock: Clock = SystemClock(),  # noqa: B008 it has no state
    new_id: NewId = new_id,
    registry: CollectorRegistry | None = None,
) -> Service:
    """The service. A `redis` that is given is closed by whoever gave it."""
    registry = registry or CollectorRegistry()
    client = redis or connect_redis(settings)
    engine = make_engine(settings)
    live, results = RedisLiveStore(client, settings.lifetimes), SqlResultsStore(engine)
    counters, publisher = Counters(registry), Publisher(bus, clock, new_id)
    finishing = Finishing(live, results, publisher, counters)
    handlers = Handlers(live, results, finishing, publisher, clock, counters)
    claims = Claims(live, results, clock, new_id, settings.lease_s, counters, publisher)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if redis is None:
                stack.push_async_callback(client.aclose)
            stack.push_async_callback(engine.dispose)
            await migrate(settings)
            for queue, handler in SUBSCRIPTIONS:
                consumer = await bus.subscribe(queue, partial(handler, handlers))
                stack.push_async_callback(consumer.close)
            deleting = Deleting(live, results, clock)
            await stack.enter_async_context(looping(Sweep(finishing, deleting, clock, settings.finish_retry_s)))
            yield

    return Service(
        name=NAME,
        app=create_app(Reading(live, results, clock), claims),
        lifespan=lifespan,
        checks={"bus": bus.check, "redis": live.check, "sql": results.check},
        registry=registry,
    )

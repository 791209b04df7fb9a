"""The aggregator, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from onwatch_aggregator.api import create_app
from onwatch_aggregator.handlers import SUBSCRIPTIONS, Handlers
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live.redis_client import connect_redis
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.results.database import make_engine, migrate
from onwatch_aggregator.results.reader import Reading
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.claims import Claims
from onwatch_aggregator.runs.deletion import Deleting
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.sweep import Sweep
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_runtime.bus import Bus, Publisher
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process.loops import looping
from onwatch_runtime.process.service import Service

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
    instruments, publisher = Instruments(registry), Publisher(bus, clock, new_id)
    finishing = Finishing(live, results, publisher, instruments)
    handlers = Handlers(live, results, finishing, publisher, clock, instruments)
    claims = Claims(live, results, clock, new_id, settings.lease_s, instruments, publisher)

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

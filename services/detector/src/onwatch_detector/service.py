"""The detector, built from settings and ports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from onwatch_detector.detect.engine_cache import EngineCache
from onwatch_detector.detect.engines import Engine
from onwatch_detector.detect.model_choice import open_chosen_engine
from onwatch_detector.handlers import SUBSCRIPTIONS
from onwatch_detector.instruments import Instruments
from onwatch_detector.settings import DetectorSettings
from onwatch_detector.work.clients import HttpRuns, HttpVideos
from onwatch_detector.work.run import RunContext
from onwatch_detector.work.worker import Worker
from onwatch_runtime.bus import Bus, Publisher
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process.service import Service


def one_thread() -> Executor:
    """A thread for one run: a decoder and its state stay in it."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="run")


def build(
    settings: DetectorSettings,
    *,
    bus: Bus,
    catalog: httpx.AsyncClient | None = None,
    aggregator: httpx.AsyncClient | None = None,
    open_engine: Callable[[], Engine] | None = None,
    new_thread: Callable[[], Executor] = one_thread,
    clock: Clock | None = None,
    new_id: NewId = new_id,
    registry: CollectorRegistry | None = None,
) -> Service:
    """A worker with its slots. Clients default to the addresses in the settings, the engine to the chosen model."""
    clock = clock or SystemClock()
    registry = registry or CollectorRegistry()
    limit = httpx.Timeout(settings.request_timeout_s)
    catalog = catalog or httpx.AsyncClient(base_url=settings.catalog_url, timeout=limit)
    aggregator = aggregator or httpx.AsyncClient(base_url=settings.aggregator_url, timeout=limit)
    house = EngineCache(open_engine or partial(open_chosen_engine, settings), clock, settings.notice_interval_s)
    context = RunContext(
        settings, bus, Publisher(bus, clock, new_id), clock, Instruments(registry), f"worker-{new_id()}", new_thread
    )
    worker = Worker(context, HttpVideos(catalog), HttpRuns(aggregator), house)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for client in (catalog, aggregator):
                stack.push_async_callback(client.aclose)
            stack.callback(house.close)
            (news_queue, on_news), (demand_queue, on_wish) = SUBSCRIPTIONS
            news = await bus.subscribe(news_queue, partial(on_news, worker))
            stack.push_async_callback(news.close)
            worker.listen(news)
            demand = await bus.subscribe(demand_queue, partial(on_wish, worker))
            stack.push_async_callback(worker.stop)
            stack.push_async_callback(demand.close)  # before the worker stops: no new wish is to come
            await worker.take_from(demand)
            yield

    # A detector serves nothing but its health, which whoever runs it adds.
    return Service("detector", Starlette(), lifespan, {"bus": bus.check}, registry)

"""The detector, built from settings and ports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from onwatch_detector.context import RunContext
from onwatch_detector.detect.engines import Engine
from onwatch_detector.detect.models import EngineCache, open_chosen_engine
from onwatch_detector.handlers import SUBSCRIPTIONS
from onwatch_detector.instruments import Instruments
from onwatch_detector.settings import DetectorSettings
from onwatch_detector.work import HttpRuns, HttpVideos, Worker
from onwatch_runtime.bus import Bus, Publisher, subscribed
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process import Service


def one_thread() -> Executor:
    """A single thread for one run: a decoder and its state stay in it."""
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
    timeout = httpx.Timeout(settings.request_timeout_s)
    catalog = catalog or httpx.AsyncClient(base_url=settings.catalog_url, timeout=timeout)
    aggregator = aggregator or httpx.AsyncClient(base_url=settings.aggregator_url, timeout=timeout)
    engines = EngineCache(open_engine or partial(open_chosen_engine, settings), clock, settings.notice_interval_s)
    context = RunContext(
        settings, bus, Publisher(bus, clock, new_id), clock, Instruments(registry), f"worker-{new_id()}", new_thread
    )
    worker = Worker(context, HttpVideos(catalog), HttpRuns(aggregator), engines)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for client in (catalog, aggregator):
                stack.push_async_callback(client.aclose)
            stack.callback(engines.close)
            for_events, for_demand = SUBSCRIPTIONS
            (events,) = await stack.enter_async_context(subscribed(bus, (for_events,), worker))
            worker.receive_events(events)
            stack.push_async_callback(worker.stop)  # once no new demand can arrive, as the next consumer is closed
            (demand,) = await stack.enter_async_context(subscribed(bus, (for_demand,), worker))
            await worker.take_from(demand)
            yield

    # No routes: the process that runs it adds health and metrics.
    return Service("detector", Starlette(), lifespan, {"bus": bus.check}, registry)

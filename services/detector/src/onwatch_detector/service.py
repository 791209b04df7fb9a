"""The detector, built from settings and ports."""

from __future__ import annotations

import asyncio
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
from onwatch_detector.errors import MediaUnavailable
from onwatch_detector.handlers import SUBSCRIPTIONS
from onwatch_detector.instruments import Instruments
from onwatch_detector.publish import SlotsAnnouncer
from onwatch_detector.read import SERVING, DecoderFactory, DecoderLimits, SandboxedDecoder
from onwatch_detector.settings import DetectorSettings
from onwatch_detector.work import HttpRuns, HttpVideos, Worker
from onwatch_media.sandbox import ProcessStarter
from onwatch_media.stored import BlockCache, ObjectStore
from onwatch_runtime.bus import Bus, Publisher, subscribed
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.http import UNUSED_CONNECTION_S, service_headers
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.observe import TRACEPARENT, current_traceparent
from onwatch_runtime.process import Service, looping

WORKER = "worker-"


def one_thread() -> Executor:
    """A single thread for one run: a decoder and its state stay in it."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="run")


def _client(base_url: str, settings: DetectorSettings) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=base_url,
        verify=settings.tls.context(),
        timeout=settings.request_timeout_s,
        limits=httpx.Limits(keepalive_expiry=UNUSED_CONNECTION_S),
        headers=service_headers(settings.service_secret),
        event_hooks={"request": [_add_trace]},
    )


def _store(settings: DetectorSettings) -> ObjectStore | None:
    if settings.media_url is None:
        return None
    cache = BlockCache(settings.media_cache, settings.media_cache_bytes)
    return ObjectStore.of(settings.media_url, cache, MediaUnavailable, settings.tls_ca_file)


async def _add_trace(request: httpx.Request) -> None:
    if traceparent := current_traceparent():
        request.headers[TRACEPARENT] = traceparent


def build(
    settings: DetectorSettings,
    *,
    bus: Bus,
    catalog: httpx.AsyncClient | None = None,
    aggregator: httpx.AsyncClient | None = None,
    open_engine: Callable[[], Engine] | None = None,
    new_thread: Callable[[], Executor] = one_thread,
    open_decoder: DecoderFactory | None = None,
    store: ObjectStore | None = None,
    clock: Clock | None = None,
    new_id: NewId = new_id,
    registry: CollectorRegistry | None = None,
) -> Service:
    """A worker with its slots. Clients default to the addresses in the settings, the engine to the chosen model,
    videos are decoded in processes of their own, and read from the store of the settings, if there is one."""
    clock = clock or SystemClock()
    registry = registry or CollectorRegistry()
    catalog = catalog or _client(settings.catalog_url, settings)
    aggregator = aggregator or _client(settings.aggregator_url, settings)
    engines = EngineCache(open_engine or partial(open_chosen_engine, settings), clock, settings.notice_interval_s)
    processes = ProcessStarter(SERVING)
    limits = DecoderLimits(settings.decoder_stall_s, settings.decoder_memory_bytes)
    context = RunContext(
        settings,
        bus,
        Publisher(bus, clock, new_id),
        clock,
        Instruments(registry),
        f"{WORKER}{new_id()}",
        new_thread,
        open_decoder or partial(SandboxedDecoder, processes, limits),
        store or _store(settings),
    )
    context.instruments.slots.set(settings.slots)
    announcer = SlotsAnnouncer(context.publisher, clock, context.worker_id.removeprefix(WORKER), settings.slots)
    worker = Worker(context, HttpVideos(catalog), HttpRuns(aggregator), engines)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for client in (catalog, aggregator):
                stack.push_async_callback(client.aclose)
            stack.callback(engines.close)
            stack.push_async_callback(asyncio.to_thread, processes.close)
            await asyncio.to_thread(processes.warm_up)
            for_events, for_demand = SUBSCRIPTIONS
            (events,) = await stack.enter_async_context(subscribed(bus, (for_events,), worker))
            worker.receive_events(events)
            stack.push_async_callback(worker.stop)  # once no new demand can arrive, as the next consumer is closed
            await stack.enter_async_context(looping(announcer))
            (demand,) = await stack.enter_async_context(subscribed(bus, (for_demand,), worker))
            await worker.take_from(demand)
            yield

    # No routes: nobody calls a detector.
    return Service("detector", Starlette(), lifespan, {"bus": bus.check}, registry)

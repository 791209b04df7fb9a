"""The catalog, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from prometheus_client import CollectorRegistry

from onwatch_catalog.analysis.demand import AnalysisDemand
from onwatch_catalog.api import create_app
from onwatch_catalog.handlers import SUBSCRIPTIONS, Handlers
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.media.files import MediaFolder
from onwatch_catalog.media.pending_deletions import Removals
from onwatch_catalog.outbox.relay import OutboxRelay
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.silence import Pulse, SilenceWatch
from onwatch_catalog.uploads.receive import Uploads
from onwatch_catalog.videos.database import make_engine, migrate
from onwatch_catalog.videos.library import Catalog
from onwatch_catalog.videos.sql_store import SqlStore
from onwatch_runtime.bus import Bus, Publisher
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process.loops import looping
from onwatch_runtime.process.service import Service

NAME = "catalog"


def build(
    settings: CatalogSettings,
    *,
    bus: Bus,
    clock: Clock = SystemClock(),  # noqa: B008 it has no state
    new_id: NewId = new_id,
    registry: CollectorRegistry | None = None,
) -> Service:
    """The catalog on this bus. One process for each database: at its start it removes uploads that were cut short."""
    registry = registry or CollectorRegistry()
    engine = make_engine(settings)
    store, files = SqlStore(engine), MediaFolder(settings.media)
    instruments, publisher = Instruments(registry), Publisher(bus, clock, new_id)
    removals = Removals(store, files)
    relay = OutboxRelay(store, bus, clock, settings.outbox_poll_s, settings.outbox_retry_s)
    demand = AnalysisDemand(
        store, publisher, clock, settings.analysis_parallel, settings.heartbeat_s, settings.demand_expiry_s
    )
    catalog = Catalog(store, files, removals, publisher, relay, demand, instruments)
    uploads = Uploads(store, files, removals, publisher, new_id, instruments, settings.max_upload_bytes)
    silence = SilenceWatch(store, bus, clock, Pulse(settings.silence_s, listening_since_s=clock.monotonic()))
    handlers = Handlers(store, demand, silence)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(engine.dispose)
            await asyncio.to_thread(files.check)
            await migrate(settings)
            await removals.finish_all()
            silence.pulse.could_not_hear(clock.monotonic())
            for queue, handler in SUBSCRIPTIONS:
                consumer = await bus.subscribe(queue, partial(handler, handlers))
                stack.push_async_callback(consumer.close)
            await stack.enter_async_context(looping(relay, demand, silence))
            yield

    async def check_media() -> None:
        await asyncio.to_thread(files.check)

    checks = {"bus": bus.check, "sql": store.check, "media": check_media}
    return Service(NAME, create_app(catalog, uploads), lifespan, checks, registry)

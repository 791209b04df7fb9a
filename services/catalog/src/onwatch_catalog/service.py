"""Builds the catalog."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from prometheus_client import CollectorRegistry

from onwatch_catalog.analysis import AnalysisDemand
from onwatch_catalog.api import create_app
from onwatch_catalog.disk_reserve import DiskReserve, check_disk, free_bytes_of
from onwatch_catalog.handlers import SUBSCRIPTIONS, Handlers
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.joins import Joins, JoinWork, RecordingJoiner
from onwatch_catalog.media import FileInspector, MediaFolder
from onwatch_catalog.outbox import OutboxRelay
from onwatch_catalog.records import SqlStore, make_engine, migrate, sqlite_folder
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.site import MissingSites, RecordingRules, Sites
from onwatch_catalog.uploads import UploadReceiver
from onwatch_catalog.videos import ClockFiles, PendingDeletions, VideoLibrary
from onwatch_media import Inspector, Joiner, Limits
from onwatch_runtime.bus import Bus, Publisher, subscribed
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process import Service, looping

NAME = "catalog"


def limits_of(settings: CatalogSettings) -> Limits:
    return Limits(
        settings.inspection_wall_s, settings.inspection_cpu_s, settings.inspection_memory_bytes, settings.max_pixels
    )


def inspector_of(settings: CatalogSettings) -> Inspector:
    return Inspector(limits_of(settings), settings.inspections_parallel)


def build(
    settings: CatalogSettings,
    *,
    bus: Bus,
    inspector: FileInspector | None = None,
    joiner: RecordingJoiner | None = None,
    clock: Clock = SystemClock(),  # noqa: B008 it has no state
    new_id: NewId = new_id,
    registry: CollectorRegistry | None = None,
) -> Service:
    """The catalog on this bus. One process for each database: its start deletes the files of uploads in progress."""
    registry = registry or CollectorRegistry()
    engine = make_engine(settings)
    store, files = SqlStore(engine), MediaFolder(settings.media)
    instruments, publisher = Instruments(registry), Publisher(bus, clock, new_id)
    deletions = PendingDeletions(store, files)
    reserve = DiskReserve(sqlite_folder(settings), clock)
    relay = OutboxRelay(store, bus, clock, settings.outbox_poll_s, settings.outbox_retry_s)
    demand = AnalysisDemand(
        store, publisher, clock, settings.analysis_parallel, settings.heartbeat_s, settings.demand_expiry_s
    )
    join_limits = replace(limits_of(settings), wall_s=settings.join_s, cpu_s=settings.join_s)
    joined_inspector = inspector or Inspector(join_limits, 1)  # its own: joins starve no uploads
    inspector = inspector or inspector_of(settings)
    library = VideoLibrary(store, files, inspector, deletions, publisher, relay, demand, instruments, reserve)
    recording = RecordingRules(settings.recording_time_zone, settings.recording_name_pattern)
    sites = Sites(store, publisher, relay)
    missing_sites = MissingSites(store, files, inspector, sites, recording, clock)
    uploads = UploadReceiver(
        store, files, inspector, deletions, publisher, new_id, instruments, settings.max_upload_bytes, recording
    )
    clock_files = ClockFiles(store, files, inspector, clock)
    join_work = JoinWork(
        store,
        files,
        joined_inspector,
        joiner or Joiner(join_limits),
        deletions,
        publisher,
        relay,
        library.delete,
        new_id,
    )
    joins = Joins(join_work, store, new_id, instruments, lambda: free_bytes_of(settings.media))
    handlers = Handlers(store, demand, sites)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(engine.dispose)
            await asyncio.to_thread(files.check)
            await migrate(settings)
            await deletions.finish_all()
            await stack.enter_async_context(subscribed(bus, SUBSCRIPTIONS, handlers))
            await stack.enter_async_context(looping(relay, demand, reserve, clock_files, missing_sites))
            await stack.enter_async_context(joins.running())
            yield

    async def check_media() -> None:
        await asyncio.to_thread(files.check)

    async def check_disks() -> None:
        for folder in filter(None, (sqlite_folder(settings), settings.media)):
            await asyncio.to_thread(check_disk, folder)

    checks = {"bus": bus.check, "sql": store.check, "media": check_media}
    return Service(NAME, create_app(library, uploads, joins, sites), lifespan, checks, registry, {"disk": check_disks})

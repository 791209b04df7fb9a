"""Builds the catalog."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import httpx
from prometheus_client import CollectorRegistry

from onwatch_catalog.accounts import (
    AccountStore,
    Administration,
    FirstStart,
    GuessLimit,
    Lifetimes,
    LoginLog,
    Passwords,
    Sessions,
    add_accounts,
)
from onwatch_catalog.analysis import AnalysisDemand
from onwatch_catalog.api import create_app
from onwatch_catalog.demand import SystemDemand
from onwatch_catalog.disk_reserve import DiskReserve, check_disk, measured_free_bytes
from onwatch_catalog.downloads import DOWNLOAD, DownloadHosts, Downloads, Fetcher, TimeLimits, add_downloads
from onwatch_catalog.folders import Folders, FolderStore
from onwatch_catalog.handlers import (
    DEMAND_SUBSCRIPTIONS,
    MQTT_RUN_SUBSCRIPTIONS,
    MQTT_SUBSCRIPTIONS,
    SUBSCRIPTIONS,
    Handlers,
)
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.joins import Joins, JoinWork, RecordingJoiner
from onwatch_catalog.mail import AlertMailer, MailServer
from onwatch_catalog.media import FileInspector, files_of
from onwatch_catalog.mqtt import MqttPublishing
from onwatch_catalog.network import Resolver
from onwatch_catalog.openid import (
    ANSWER_PATH,
    ClaimRules,
    Client,
    Provider,
    ProviderLogins,
    Seal,
    add_provider_logins,
    tls_context,
)
from onwatch_catalog.outbox import OutboxRelay
from onwatch_catalog.processes import Activities, Processes, WhileLeading
from onwatch_catalog.records import SqlStore, make_engine, migrate, sqlite_folder
from onwatch_catalog.resumable import REFUSED, ResumableUploads, UploadStore
from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.site import MissingSites, RecordingRules, Sites
from onwatch_catalog.stills import MakesStills, Stills, add_still_routes
from onwatch_catalog.storage import StorageQuota, add_storage
from onwatch_catalog.uploads import UploadReceiver
from onwatch_catalog.videos import ClockFiles, DeletionSweep, PendingDeletions, VideoLibrary
from onwatch_catalog.webhook_targets import WebhookTargets
from onwatch_catalog.webhooks import Delivering, Sender, Webhooks, WebhookStore, add_webhooks
from onwatch_media import Inspector, Joiner, Limits, StillMaker
from onwatch_runtime.bus import Bus, Publisher, subscribed
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.http import RequestMetrics, services_only
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process import STOP_LIMIT_S, Service, looping

NAME = "catalog"


def limits_of(settings: CatalogSettings) -> Limits:
    return Limits(
        settings.inspection_wall_s, settings.inspection_cpu_s, settings.inspection_memory_bytes, settings.max_pixels
    )


def inspector_of(settings: CatalogSettings) -> Inspector:
    return Inspector(limits_of(settings), settings.inspections_parallel)


def lifetimes_of(settings: CatalogSettings) -> Lifetimes:
    return Lifetimes(
        timedelta(hours=settings.session_h),
        timedelta(hours=settings.session_idle_h),
        timedelta(minutes=settings.session_rotation_min),
    )


def provider_logins_of(
    settings: CatalogSettings, store: AccountStore, sessions: Sessions, clock: Clock
) -> ProviderLogins | None:
    """None: there is no provider. Raises `OSError` for a file that is missing."""
    if settings.oidc_issuer is None:
        return None
    client = Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_secret,
        settings.oidc_scopes,
        settings.oidc_name,
    )
    rules = ClaimRules(
        settings.oidc_name_claim, settings.oidc_role_claim, settings.oidc_groups, settings.oidc_default_role
    )
    provider = Provider(client, clock, tls=tls_context(settings.oidc_ca_file))
    return ProviderLogins(provider, rules, Seal(clock), store, sessions, settings.oidc_new_accounts)


def mail_server_of(settings: CatalogSettings) -> MailServer | None:
    if not settings.mail_host:
        return None
    return MailServer(
        settings.mail_host,
        settings.mail_port,
        settings.mail_tls,
        settings.mail_sender,
        settings.mail_recipients,
        settings.mail_user,
        settings.mail_login_password,
        settings.mail_page_url,
        settings.mail_ca_file,
    )


def build(
    settings: CatalogSettings,
    *,
    bus: Bus,
    aggregator: httpx.AsyncClient | None = None,
    inspector: FileInspector | None = None,
    joiner: RecordingJoiner | None = None,
    still_maker: MakesStills | None = None,
    clock: Clock = SystemClock(),  # noqa: B008 it has no state
    new_id: NewId = new_id,
    registry: CollectorRegistry | None = None,
) -> Service:
    """The catalog on this bus: one of any number of processes on one PostgreSQL and media folder, or the one on SQLite.

    The client of the aggregator defaults to the address in the settings.
    """
    registry = registry or CollectorRegistry()
    engine = make_engine(settings)
    processes = Processes(engine, clock)
    leads, activities = processes.leads, Activities(engine, processes, clock)
    store, files = SqlStore(engine, processes.number), files_of(settings)
    instruments, publisher = Instruments(registry), Publisher(bus, clock, new_id)
    deletions = PendingDeletions(store, files)
    deletion_sweep = DeletionSweep(deletions, clock, leads)
    reserve = DiskReserve(sqlite_folder(settings), clock)
    relay = OutboxRelay(store, bus, clock, settings.outbox_poll_s, settings.outbox_retry_s)
    system_demand = SystemDemand(clock)
    demand = AnalysisDemand(
        store,
        publisher,
        clock,
        settings.analysis_parallel,
        settings.heartbeat_s,
        settings.demand_expiry_s,
        leads,
        system_demand.room,
    )
    system_demand.on_room = demand.wake
    instruments.analyses_wanted.set_function(lambda: len(demand.published))
    instruments.analyses_waiting.set_function(lambda: demand.waiting)
    instruments.videos_demanded.set_function(system_demand.videos)
    instruments.videos_demanded_peak.set_function(system_demand.peak)
    instruments.outbox_blocked_seconds.set_function(relay.blocked_s)
    instruments.disk_free_bytes.set_function(lambda: measured_free_bytes(settings.media_disk))
    join_limits = replace(limits_of(settings), wall_s=settings.join_s, cpu_s=settings.join_s)
    joined_inspector = inspector or Inspector(join_limits, 1)  # its own: joins starve no uploads
    inspector = inspector or inspector_of(settings)
    library = VideoLibrary(store, files, inspector, deletions, publisher, relay, demand, instruments, reserve)
    recording = RecordingRules(settings.recording_time_zone, settings.recording_name_pattern)
    sites = Sites(store, publisher, relay)
    missing_sites = MissingSites(store, files, inspector, sites, recording, clock, leads)
    quota = StorageQuota(store, settings.storage_quota_bytes)
    uploads = UploadReceiver(
        store, files, inspector, deletions, publisher, new_id, instruments, settings.max_upload_bytes, quota, recording
    )
    resumable = ResumableUploads(
        UploadStore(engine, processes.number),
        store,
        files,
        uploads,
        clock,
        timedelta(hours=settings.upload_expiry_h),
        files.free_bytes,
        relay.wake,
        activities,
        leads,
    )
    names, hosts = Resolver(), DownloadHosts.of(settings.download_hosts)
    fetcher = Fetcher(hosts, names.resolve, TimeLimits(settings.download_idle_s, settings.download_total_s))
    downloads = Downloads(uploads, fetcher, hosts.are_any, files.free_bytes, relay.wake, activities)
    folders = Folders(
        FolderStore(engine),
        clock,
        new_id,
        lambda ids: activities.folders_of((REFUSED, DOWNLOAD), ids),
    )
    clock_files = ClockFiles(store, files, inspector, clock, leads)
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
    joins = Joins(join_work, store, new_id, instruments, files.free_bytes_to_join, quota, activities)
    webhook_store, targets = WebhookStore(engine, new_id), WebhookTargets.of(settings.webhook_targets)
    delivering = Delivering(webhook_store, Sender(targets, names.resolve, clock), clock, instruments)
    webhooks = Webhooks(webhook_store, targets, clock, new_id, delivering.wake)
    mqtt = MqttPublishing.of(settings, store, clock, instruments, aggregator, leads)
    handlers = Handlers(store, demand, sites, webhooks, AlertMailer(mail_server_of(settings)), mqtt)
    stills = Stills(library, still_maker or StillMaker(limits_of(settings)), settings.stills_cache_bytes)
    accounts, passwords = AccountStore(engine), Passwords()
    administration = Administration(accounts, passwords, clock, new_id, any(settings.oidc_groups.values()))
    sessions = Sessions(
        accounts, passwords, GuessLimit(engine, clock), clock, new_id, lifetimes_of(settings), not settings.oidc_only
    )
    provider_logins = provider_logins_of(settings, accounts, sessions, clock)
    first_start = FirstStart(administration, lambda: settings.administrator_password, is_needed=settings.auth == "on")

    @asynccontextmanager
    async def publishing(mqtt: MqttPublishing) -> AsyncIterator[None]:
        mqtt.begin()
        async with (
            subscribed(bus, MQTT_SUBSCRIPTIONS, mqtt),
            subscribed(bus, MQTT_RUN_SUBSCRIPTIONS, handlers),
            looping(mqtt, mqtt.alerts),
        ):
            yield

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(engine.dispose)
            stack.push_async_callback(stills.close)
            stack.callback(names.close)
            await asyncio.to_thread(files.check)
            await migrate(settings)
            await processes.join()
            stack.push_async_callback(processes.leave)
            await stack.enter_async_context(looping(processes, activities))
            await store.refresh_name_keys()
            await first_start.run()
            if provider_logins is not None:
                provider_logins.seal.use(await accounts.shared_key("pending_logins", Seal.new_key()))
            await activities.sweep()
            await deletions.finish_all()
            await stack.enter_async_context(subscribed(bus, DEMAND_SUBSCRIPTIONS, system_demand))
            await stack.enter_async_context(subscribed(bus, SUBSCRIPTIONS, handlers))
            loops = (relay, demand, reserve, clock_files, missing_sites, resumable, delivering, deletion_sweep)
            await stack.enter_async_context(looping(*loops))
            processes.on_change += (loop.wake_up.set for loop in loops)
            if mqtt is not None:
                stack.push_async_callback(mqtt.alerts.source.close)
                mqtt_leader = WhileLeading(leads, partial(publishing, mqtt), clock)
                processes.on_change.append(mqtt_leader.wake_up.set)
                await stack.enter_async_context(looping(mqtt_leader, stop_limit_s=2 * STOP_LIMIT_S))
            await stack.enter_async_context(joins.running())
            await stack.enter_async_context(resumable.running())
            await stack.enter_async_context(downloads.running())
            yield

    async def check_media() -> None:
        await asyncio.to_thread(files.check)

    async def check_disks() -> None:
        for folder in filter(None, (sqlite_folder(settings), settings.media_disk)):
            await asyncio.to_thread(check_disk, folder)

    checks = {"bus": bus.check, "sql": store.check, "media": check_media}
    app = create_app(library, uploads, resumable, joins, sites, folders)
    add_downloads(app, downloads, folders)
    add_still_routes(app, stills)
    add_storage(app, quota)
    add_accounts(app, sessions, administration, accounts)
    add_provider_logins(
        app,
        provider_logins,
        LoginLog(accounts, clock, f"POST {ANSWER_PATH}"),
        has_passwords=not settings.oidc_only,
        public_url=settings.oidc_public_url,
    )
    add_webhooks(app, webhooks)
    guarded = services_only(app, settings.service_secret, settings.service_secret_previous)
    counted = RequestMetrics(guarded, registry, NAME)
    conditions = {"disk": check_disks} | ({"mqtt": mqtt.check} if mqtt is not None else {})
    return Service(NAME, counted, lifespan, checks, registry, conditions)

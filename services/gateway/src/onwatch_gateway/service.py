"""Builds the gateway from its settings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from onwatch_gateway.access import (
    AuditReporter,
    CatalogFolders,
    CatalogIdentities,
    ConnectionWatch,
    Guard,
    RecentFolders,
    RecentIdentities,
)
from onwatch_gateway.api_description import ApiDescription
from onwatch_gateway.bindings import Bindings
from onwatch_gateway.catalog_client import CatalogClient, SharedLookup
from onwatch_gateway.channel import Channel, ChannelProtocol
from onwatch_gateway.demand import DemandLedger
from onwatch_gateway.demand_publisher import DemandPublisher
from onwatch_gateway.door import ClientLimits, Door, TrustedProxies, hosts_of
from onwatch_gateway.epochs import RunEpochs
from onwatch_gateway.existence_check import ExistenceCheck
from onwatch_gateway.frames import FrameLedger, FramesPublisher
from onwatch_gateway.handlers import SUBSCRIPTIONS, Handlers
from onwatch_gateway.instruments import Instruments
from onwatch_gateway.proxy import Upstreams, http_upstreams
from onwatch_gateway.router import Router
from onwatch_gateway.settings import GatewaySettings
from onwatch_gateway.states import RecentStates
from onwatch_gateway.status import SystemAsking, status_api
from onwatch_gateway.subscriptions import Subscriptions
from onwatch_runtime.bus import Bus, Publisher, subscribed
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.http import RequestMetrics, ops_app
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process import Service

__all__ = ["Upstreams", "build", "warn_if_open"]

log = logging.getLogger(__name__)


def build(
    settings: GatewaySettings,
    *,
    bus: Bus,
    upstreams: Upstreams | None = None,
    clock: Clock | None = None,
    new_id: NewId = new_id,
    registry: CollectorRegistry | None = None,
    own_ops: ASGIApp | None = None,
) -> Service:
    """A gateway on this bus, in front of these upstreams; by default those at the addresses in the settings.

    `own_ops`: what this process serves operators; by default, health and metrics of the gateway alone.
    """
    upstreams = upstreams or http_upstreams(settings)
    clock = clock or SystemClock()
    registry = registry or CollectorRegistry()
    instruments, ledger, recent = Instruments(registry), DemandLedger(), RecentStates()
    instruments.subscriptions.set_function(lambda: ledger.subscriptions)
    publisher, gateway_id = Publisher(bus, clock, new_id), f"gateway-{new_id()}"
    heartbeat_s, expiry_s = settings.heartbeat_s, settings.demand_expiry_s
    demand = DemandPublisher(
        ledger, publisher, clock, instruments, gateway_id=gateway_id, heartbeat_s=heartbeat_s, expiry_s=expiry_s
    )
    frame_ledger = FrameLedger()
    frames = FramesPublisher(
        frame_ledger, publisher, clock, gateway_id=gateway_id, heartbeat_s=heartbeat_s, expiry_s=expiry_s
    )
    frame_bindings = Bindings(frame_ledger.keys, clock)
    event_bindings = Bindings(ledger.subscribed_videos, clock)
    subscriptions = Subscriptions(
        ledger,
        frame_ledger,
        instruments,
        clock,
        max_connections=settings.max_connections,
        on_change=(demand.wake, frames.wake, frame_bindings.wake, event_bindings.wake),
    )
    catalog = CatalogClient(upstreams.catalog, settings.lookup_timeout_s)
    folders = RecentFolders(
        CatalogFolders(upstreams.catalog, settings.lookup_timeout_s), clock, settings.identity_kept_s
    )
    videos = SharedLookup(catalog, clock)
    protocol = ChannelProtocol(
        subscriptions, videos, folders, recent, clock, settings.max_message_chars, settings.video_frames
    )
    channel = Channel(protocol, subscriptions, settings, instruments, new_id)
    handlers = Handlers(subscriptions, recent, RunEpochs(), clock, instruments, frames)
    existence = ExistenceCheck(ledger, catalog, clock, settings.existence_interval_s, handlers.notify_deleted)
    identities = None
    watches: tuple[ConnectionWatch, ...] = ()
    if settings.auth == "on":
        lookup = CatalogIdentities(upstreams.catalog, settings.lookup_timeout_s)
        identities = RecentIdentities(lookup, clock, settings.identity_kept_s)
        watches = (
            ConnectionWatch(
                lookup,
                identities,
                folders,
                clock,
                settings.session_check_interval_s,
                channel.watching,
                channel.end_connection_of,
            ),
        )
    bindings = frame_bindings, event_bindings
    gateway = Gateway(settings, bus, upstreams, subscriptions, handlers, demand, frames, bindings, existence, watches)
    checks = {"bus": bus.check}
    own_ops = own_ops or ops_app("gateway", checks, registry)
    status = status_api(SystemAsking(settings.ops_urls, own_ops, clock, settings.ops_timeout_s))
    services: dict[str, ASGIApp] = {
        "catalog": upstreams.catalog,
        "aggregator": upstreams.aggregator,
        "gateway": status,
    }
    description = ApiDescription(services, settings.upstream_read_timeout_s)
    router = Router(channel, upstreams, description, status, settings.allowed_origins)
    guard = Guard(router, identities, folders, AuditReporter(upstreams.catalog, settings.lookup_timeout_s))
    door = Door(
        guard,
        TrustedProxies(settings.trusted_proxies),
        ClientLimits(clock, settings.requests_per_minute, settings.max_open_per_client),
        (*settings.allowed_hosts, *hosts_of(settings.allowed_origins)),
        has_other_sites=bool(settings.allowed_origins),
    )
    counted = RequestMetrics(door, registry, "gateway")
    return Service("gateway", counted, gateway.lifespan, checks, registry)


def warn_if_open(settings: GatewaySettings) -> None:
    """Say loudly that logins are off."""
    if settings.auth == "off":
        log.warning(
            "LOGINS ARE OFF (ONWATCH_AUTH=off): whoever reaches this port may see, change and delete everything"
        )


@dataclass(frozen=True)
class Gateway:
    """The parts of the gateway that run in the background."""

    settings: GatewaySettings
    bus: Bus
    upstreams: Upstreams
    subscriptions: Subscriptions
    handlers: Handlers
    demand: DemandPublisher
    frames: FramesPublisher
    bindings: tuple[Bindings, Bindings]
    """Of the frames, and of the live numbers."""
    existence: ExistenceCheck
    watches: tuple[ConnectionWatch, ...] = ()

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """On exit, close the viewers' connections and release their demand before the bus is closed."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.upstreams.lifespan())
            frames = await self.bus.subscribe_frames(
                self.handlers.on_frame, capacity=self.settings.frame_queue_capacity
            )
            stack.push_async_callback(frames.close)
            (events,) = await stack.enter_async_context(subscribed(self.bus, SUBSCRIPTIONS, self.handlers))
            publishers = self.demand, self.frames
            publishing = [job for each in publishers for job in (each.publish_changes(), each.send_heartbeats())]
            watching = (watch.run() for watch in self.watches)
            following = [
                bindings.follow(queue) for bindings, queue in zip(self.bindings, (frames, events), strict=True)
            ]
            await stack.enter_async_context(_running(*publishing, *following, self.existence.run(), *watching))
            stack.push_async_callback(self.frames.flush)
            stack.push_async_callback(self.demand.flush)
            stack.push_async_callback(self._close_connections)
            yield

    async def _close_connections(self) -> None:
        self.subscriptions.end_all()
        try:
            async with asyncio.timeout(self.settings.close_timeout_s):
                await self.subscriptions.until_empty()
        except TimeoutError:
            log.warning("some viewers' connections are still open; their demand ends when it expires")


@asynccontextmanager
async def _running(*jobs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the jobs until the context is left. A job that fails cancels the body.

    An error of the body is raised as it is, not in an exception group.
    """
    failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job) for job in jobs]
        try:
            yield
        except Exception as error:  # noqa: BLE001 raised below, outside of the group
            failure = error
        finally:
            for task in tasks:
                task.cancel()
    if failure is not None:
        raise failure

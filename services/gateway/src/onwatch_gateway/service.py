"""Puts the gateway together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry

from onwatch_gateway.announcer import Announcer
from onwatch_gateway.api import Door
from onwatch_gateway.bindings import FrameBindings
from onwatch_gateway.channel import Channel, ChannelProtocol
from onwatch_gateway.demand import DemandBook
from onwatch_gateway.existence import ExistenceCheck
from onwatch_gateway.handlers import SUBSCRIPTIONS, Handlers
from onwatch_gateway.instruments import Instruments
from onwatch_gateway.proxy import Upstreams, http_upstreams
from onwatch_gateway.settings import GatewaySettings
from onwatch_gateway.states import RecentStates
from onwatch_gateway.subscriptions import Subscriptions
from onwatch_gateway.videos import CatalogLookup
from onwatch_runtime.bus import Bus, Publisher
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process.service import Service

__all__ = ["Upstreams", "build"]

log = logging.getLogger(__name__)


def build(
    settings: GatewaySettings,
    *,
    bus: Bus,
    upstreams: Upstreams | None = None,
    clock: Clock | None = None,
    new_id: NewId = new_id,
    registry: CollectorRegistry | None = None,
) -> Service:
    """The gateway on this bus, in front of these services, by default those at the addresses in the settings."""
    upstreams = upstreams or http_upstreams(settings)
    clock = clock or SystemClock()
    registry = registry or CollectorRegistry()
    instruments, book, recent = Instruments(registry), DemandBook(), RecentStates()
    announcer = Announcer(
        book,
        Publisher(bus, clock, new_id),
        clock,
        instruments,
        gateway_id=f"gateway-{new_id()}",
        heartbeat_s=settings.heartbeat_s,
        expiry_s=settings.demand_expiry_s,
    )
    bindings = FrameBindings(book, clock)
    subscriptions = Subscriptions(
        book, instruments, max_connections=settings.max_connections, changed=(announcer.wake, bindings.wake)
    )
    lookup = CatalogLookup(upstreams.catalog, settings.lookup_timeout_s)
    protocol = ChannelProtocol(subscriptions, lookup, recent, clock, settings.max_message_chars)
    channel = Channel(protocol, subscriptions, settings, instruments, new_id)
    handlers = Handlers(subscriptions, recent, clock, instruments)
    existence = ExistenceCheck(book, lookup, clock, settings.existence_interval_s, handlers.tell_deleted)
    gateway = Gateway(settings, bus, upstreams, subscriptions, handlers, announcer, bindings, existence)
    door = Door(channel, upstreams, settings.allowed_origins)
    return Service("gateway", door, gateway.lifespan, {"bus": bus.check}, registry)


@dataclass(frozen=True)
class Gateway:
    """What runs while the gateway does."""

    settings: GatewaySettings
    bus: Bus
    upstreams: Upstreams
    subscriptions: Subscriptions
    handlers: Handlers
    announcer: Announcer
    bindings: FrameBindings
    existence: ExistenceCheck

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Leaving it closes the viewers' connections and releases their demand, while the bus is still there."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.upstreams.lifespan())
            frames = await self.bus.subscribe_frames(
                self.handlers.on_frame, capacity=self.settings.frame_queue_capacity
            )
            stack.push_async_callback(frames.close)
            for queue, handler in SUBSCRIPTIONS:
                consumer = await self.bus.subscribe(queue, partial(handler, self.handlers))
                stack.push_async_callback(consumer.close)
            saying = self.announcer.announce(), self.announcer.beat()
            following = self.bindings.follow(frames), self.existence.watch()
            await stack.enter_async_context(_running(*saying, *following))
            stack.push_async_callback(self.announcer.flush)
            stack.push_async_callback(self._end_connections)
            yield

    async def _end_connections(self) -> None:
        self.subscriptions.end_all()
        try:
            async with asyncio.timeout(self.settings.close_timeout_s):
                await self.subscriptions.until_empty()
        except TimeoutError:
            log.warning("some viewers' connections are still open; their demand ends by expiring")


@asynccontextmanager
async def _running(*jobs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """The jobs run until this is left; one that fails ends what is inside too.

    What fails inside is raised as it is, and not as a part of the jobs' group.
    """
    failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job) for job in jobs]
        try:
            yield
        except Exception as error:  # noqa: BLE001 raised again outside of the group
            failure = error
        finally:
            for task in tasks:
                task.cancel()
    if failure is not None:
        raise failure

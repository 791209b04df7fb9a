"""The one-process mode: the five services, unchanged, on in-memory adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
from fakeredis import FakeAsyncRedis
from starlette.types import ASGIApp, Receive, Scope, Send

import onwatch_aggregator.service
import onwatch_catalog.service
import onwatch_dashboard.service
import onwatch_detector.service
import onwatch_gateway.service
from onwatch.configuration import Configuration
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process import Service, add_process_metrics, combined_ops_app, running


@dataclass(frozen=True)
class Onwatch:
    """Everything in one process."""

    bus: MemoryBus
    redis: FakeAsyncRedis
    aggregator: Service
    catalog: Service
    dashboard: Service
    detector: Service
    gateway: Service

    @property
    def services(self) -> tuple[Service, ...]:
        return self.aggregator, self.catalog, self.detector, self.dashboard, self.gateway

    @property
    def app(self) -> ASGIApp:
        """What everybody may reach."""
        return self.gateway.app

    @cached_property
    def ops_app(self) -> ASGIApp:
        """Health and metrics of the five services."""
        return combined_ops_app(self.gateway.name, self.services)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start in order; stop in reverse, catalog and aggregator once they have handled the detector's last events."""
        async with running((self.aggregator, self.catalog)):
            async with running((self.detector, self.dashboard, self.gateway)):
                yield
            await self.bus.settle()
        await self.bus.close()
        await self.redis.aclose()


def build(
    configuration: Configuration,
    *,
    clock: Clock | None = None,
    new_id: NewId = new_id,
    **detector_ports: Any,
) -> Onwatch:
    """Build the five services around one bus; `detector_ports` are passed on to the detector's `build`."""
    clock = clock or SystemClock()
    bus = MemoryBus(clock)
    # The services call each other within the process, where no stranger could: they need no secret.
    within = {"service_secret": None, "service_secret_previous": None}
    aggregator_settings = configuration.aggregator.model_copy(update=within)
    catalog_settings = configuration.catalog.model_copy(update=within)
    common: dict[str, Any] = {"bus": bus, "clock": clock, "new_id": new_id}
    redis = FakeAsyncRedis()
    aggregator = onwatch_aggregator.service.build(aggregator_settings, redis=redis, **common)
    catalog = onwatch_catalog.service.build(catalog_settings, aggregator=client_of(aggregator.app), **common)
    dashboard = onwatch_dashboard.service.build(configuration.dashboard)
    detector = onwatch_detector.service.build(
        configuration.detector,
        catalog=client_of(catalog.app),
        aggregator=client_of(aggregator.app),
        **common,
        **detector_ports,
    )
    upstreams = onwatch_gateway.service.Upstreams(catalog.app, aggregator.app, dashboard.app)

    async def ops(scope: Scope, receive: Receive, send: Send) -> None:
        await onwatch.ops_app(scope, receive, send)

    gateway = onwatch_gateway.service.build(configuration.gateway, upstreams=upstreams, own_ops=ops, **common)
    add_process_metrics(gateway.registry, "all-in-one", bus)
    onwatch = Onwatch(bus, redis, aggregator, catalog, dashboard, detector, gateway)
    return onwatch


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    """A client that calls a service's app without a network."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://onwatch")

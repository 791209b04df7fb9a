"""The one-process mode: the five services, unchanged, on in-memory adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fakeredis import FakeAsyncRedis
from starlette.types import ASGIApp

import onwatch_aggregator.service
import onwatch_catalog.service
import onwatch_dashboard.service
import onwatch_detector.service
import onwatch_gateway.service
from onwatch.configuration import Configuration
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process import Service, combined_app, running


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
        """The gateway's app, with the health of all five services."""
        return combined_app(self.services, self.gateway)

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
    common: dict[str, Any] = {"bus": bus, "clock": clock, "new_id": new_id}
    redis = FakeAsyncRedis()
    aggregator = onwatch_aggregator.service.build(configuration.aggregator, redis=redis, **common)
    catalog = onwatch_catalog.service.build(configuration.catalog, **common)
    dashboard = onwatch_dashboard.service.build(configuration.dashboard)
    detector = onwatch_detector.service.build(
        configuration.detector,
        catalog=client_of(catalog.app),
        aggregator=client_of(aggregator.app),
        **common,
        **detector_ports,
    )
    upstreams = onwatch_gateway.service.Upstreams(catalog.app, aggregator.app, dashboard.app)
    gateway = onwatch_gateway.service.build(configuration.gateway, upstreams=upstreams, **common)
    return Onwatch(bus, redis, aggregator, catalog, dashboard, detector, gateway)


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    """A client that calls a service's app without a network."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://onwatch")

"""A built service, and several of them started and shown as one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from onwatch_runtime.http import Check, RegistryCollector, health_routes


@dataclass(frozen=True)
class Service:
    """Nothing of it runs before `lifespan` is entered, or after it is left."""

    name: str
    app: ASGIApp
    lifespan: Callable[[], AbstractAsyncContextManager[None]]
    checks: Mapping[str, Check] = field(default_factory=dict)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    conditions: Mapping[str, Check] = field(default_factory=dict)
    """Reported by `/readyz` like the checks. But the service starts without them, and does part of its work."""


@asynccontextmanager
async def running(services: Sequence[Service]) -> AsyncIterator[None]:
    """Start in order, stop in reverse."""
    async with AsyncExitStack() as stack:
        for service in services:
            await stack.enter_async_context(service.lifespan())
        yield


def combined_app(services: Sequence[Service], front: Service) -> ASGIApp:
    """The app of the front service, with the health and metrics of all services."""
    registry = CollectorRegistry()
    for service in services:
        registry.register(RegistryCollector(service.registry))
    checks = {
        f"{service.name}.{name}": check
        for service in services
        for name, check in {**service.checks, **service.conditions}.items()
    }
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_routes(front.name, checks, registry))
    app.mount("/", front.app)
    return app

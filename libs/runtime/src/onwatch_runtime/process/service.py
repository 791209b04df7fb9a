"""A built service, and several of them started and shown as one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from onwatch_runtime.http import Check, RegistryCollector, ops_app


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


def combined_ops_app(name: str, services: Sequence[Service]) -> ASGIApp:
    """Health and metrics of all the services, for operators."""
    registry = CollectorRegistry()
    for service in services:
        registry.register(RegistryCollector(service.registry))
    checks = {
        f"{service.name}.{name}": check
        for service in services
        for name, check in {**service.checks, **service.conditions}.items()
    }
    return ops_app(name, checks, registry)

"""The lifecycle of one service as a process: alive at once, ready when its dependencies are, stopped without loss."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from starlette.types import ASGIApp

from onwatch_runtime.backoff import Backoff
from onwatch_runtime.bus import Bus
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.http import Check, FrontEnd, Phase, RequestTimeouts, failure_of_check, http_server, serving
from onwatch_runtime.observe import configure_logs, exporting_spans
from onwatch_runtime.process.metrics import add_process_metrics
from onwatch_runtime.process.service import Service
from onwatch_runtime.process.signals import stop_signal
from onwatch_runtime.settings import ServiceSettings

log = logging.getLogger(__name__)

Connect = Callable[[str, Clock], Awaitable[Bus]]
Build = Callable[[Bus], Service]
T = TypeVar("T")

CHECK_TIMEOUT_S = 5.0
DEPENDENCY_BACKOFF = Backoff(first_delay_s=0.5, max_delay_s=10.0)


async def run_process(
    name: str, settings: ServiceSettings, build: Build, connect: Connect, clock: Clock | None = None
) -> bool:
    """Run the service until SIGTERM or SIGINT. Returns whether it stopped within its grace period."""
    configure_logs(settings.log_level, settings.log_format, name)
    clock = clock or SystemClock()
    front_end = FrontEnd(name)
    with exporting_spans(name), stop_signal() as stop:
        async with (
            _serving_app(front_end.ops, settings.ops_host, settings.ops_port, settings) as ops_url,
            _serving_app(front_end, settings.host, settings.port, settings) as url,
        ):
            log.info("%s listens on %s, and for operators on %s", name, url, ops_url)
            return await _run_service(front_end, settings, build, connect, clock, stop)


@asynccontextmanager
async def _serving_app(app: ASGIApp, host: str, port: int, settings: ServiceSettings) -> AsyncIterator[str]:
    """Serve the app while the context is open; yields its URL."""
    timeouts = RequestTimeouts(settings.request_head_timeout_s, settings.request_body_timeout_s)
    with socket.create_server((host, port)) as listening:
        async with serving(http_server(app, host, port, timeouts=timeouts), listening):
            bound_host, bound_port = listening.getsockname()[:2]
            yield f"http://{bound_host}:{bound_port}"


async def _run_service(
    front_end: FrontEnd, settings: ServiceSettings, build: Build, connect: Connect, clock: Clock, stop: asyncio.Event
) -> bool:
    bus = await _unless_stopped(stop, connect(settings.bus_url.get_secret_value(), clock))
    if bus is None:
        return True
    try:
        service = build(bus)
        add_process_metrics(service.registry, service.name, bus)
        front_end.mount(service.app, {**service.checks, **service.conditions}, service.registry)
        if await _unless_stopped(stop, dependencies_ready(service.checks, clock)) is None:
            return True
        return await _serve_until(stop, service, front_end, settings, clock)
    finally:
        await _within(settings.grace_s, bus.close(), "closing the bus")


async def dependencies_ready(checks: Mapping[str, Check], clock: Clock) -> bool:
    """Wait until every dependency answers, one after the other; each failed check is logged and delays the next."""
    for name, check in checks.items():
        attempt = 1
        while (failure := await failure_of_check(check, CHECK_TIMEOUT_S)) is not None:
            delay_s = DEPENDENCY_BACKOFF.delay_s(attempt)
            log.warning("waiting for %s, next try in %.1f s: %s", name, delay_s, failure)
            await clock.sleep(delay_s)
            attempt += 1
    return True


async def _serve_until(
    stop: asyncio.Event, service: Service, front_end: FrontEnd, settings: ServiceSettings, clock: Clock
) -> bool:
    lifespan = service.lifespan()
    await lifespan.__aenter__()
    front_end.phase = Phase.READY
    log.info("%s is ready", service.name)
    await stop.wait()
    front_end.phase = Phase.STOPPING
    log.info("%s is stopping: no new work, %.0f s for work in flight", service.name, settings.grace_s)
    await clock.sleep(settings.drain_s)
    return await _within(settings.grace_s, lifespan.__aexit__(None, None, None), "stopping")


async def _within(seconds: float, work: Awaitable[object], what: str) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        log.error("%s took longer than %.0f s and was abandoned", what, seconds)  # noqa: TRY400 the stack says no more
        return False
    return True


async def _unless_stopped(stop: asyncio.Event, work: Awaitable[T]) -> T | None:
    """The result of the work; None, with the work cancelled, when `stop` is set first."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)

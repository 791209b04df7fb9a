"""One service as a process of its own: alive at once, ready when it really is, and gone without loss."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_runtime.bus import Bus
from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_runtime.bus.rabbit.bus import connect_bus
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.http.health import Check, health_routes
from onwatch_runtime.observe.logs import configure_logs
from onwatch_runtime.process.service import HttpServer, Service, collected, http_server
from onwatch_runtime.settings import ServiceSettings

log = logging.getLogger(__name__)

Connect = Callable[[str, Clock], Awaitable[Bus]]
Build = Callable[[Bus], Service]
T = TypeVar("T")
SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

HEALTH_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
CHECK_TIMEOUT_S = 5.0
FIRST_DELAY_S = 0.5
MAX_DELAY_S = 10.0


class Phase(StrEnum):
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"


class NotReady(Exception):
    """The process is not, or no longer, to be sent work."""


class Front:
    """The HTTP face of a process: health from the first moment, the service's own app while it is ready."""

    def __init__(self, name: str) -> None:
        self.phase = Phase.STARTING
        self.registry = CollectorRegistry()
        self.checks: dict[str, Check] = {"process": self._check_phase}
        self._app: ASGIApp | None = None
        self._health = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        self._health.include_router(health_routes(name, self.checks, self.registry))

    def show(self, service: Service) -> None:
        """From here on, the service's checks and instruments are shown too."""
        self.checks |= service.checks
        self.registry.register(collected(service.registry))
        self._app = service.app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in HEALTH_PATHS:
            await self._health(scope, receive, send)
        elif self._app is not None and self.phase is not Phase.STARTING:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("starting", 503, {"retry-after": "1"})(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1013, "reason": "starting"})

    async def _check_phase(self) -> None:
        if self.phase is not Phase.READY:
            raise NotReady(self.phase)


async def reached(checks: Mapping[str, Check], clock: Clock) -> None:
    """Wait until every dependency answers, one after the other; a log line and a growing delay for each miss."""
    for name, check in checks.items():
        delay_s = FIRST_DELAY_S
        while (error := await _failure(check)) is not None:
            log.warning("waiting for %s, next try in %.1f s: %s", name, delay_s, error)
            await clock.sleep(delay_s)
            delay_s = min(2 * delay_s, MAX_DELAY_S)


async def _failure(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await check()
    except Exception as error:  # noqa: BLE001 whatever a dependency raises, it is not reached yet
        return f"{type(error).__name__}: {error}"
    return None


async def run_process(
    name: str, settings: ServiceSettings, build: Build, connect: Connect, clock: Clock | None = None
) -> bool:
    """Run the service until SIGTERM or SIGINT; whether it stopped within its grace."""
    configure_logs(settings.log_level, settings.log_format)
    clock = clock or SystemClock()
    front, stop = Front(name), _stop_signal()
    with socket.create_server((settings.host, settings.port)) as listening:
        log.info("%s listens on http://%s:%d", name, *listening.getsockname()[:2])
        async with _serving(http_server(front, settings.host, settings.port), listening):
            return await _live(front, settings, build, connect, clock, stop)


async def _live(
    front: Front, settings: ServiceSettings, build: Build, connect: Connect, clock: Clock, stop: asyncio.Event
) -> bool:
    bus = await _unless(stop, connect(settings.bus_url.get_secret_value(), clock))
    if bus is None:
        return True
    try:
        service = build(bus)
        front.show(service)
        if await _unless(stop, _reached(service, clock)) is None:
            return True
        return await _serve_until(stop, service, front, settings, clock)
    finally:
        await _within(settings.grace_s, bus.close(), "closing the bus")


async def _reached(service: Service, clock: Clock) -> bool:
    await reached(service.checks, clock)
    return True


async def _serve_until(
    stop: asyncio.Event, service: Service, front: Front, settings: ServiceSettings, clock: Clock
) -> bool:
    lifespan = service.lifespan()
    await lifespan.__aenter__()
    front.phase = Phase.READY
    log.info("%s is ready", service.name)
    await stop.wait()
    front.phase = Phase.STOPPING
    log.info("%s stops: no new work, %.0f s for what is in flight", service.name, settings.grace_s)
    await clock.sleep(settings.drain_s)
    return await _within(settings.grace_s, lifespan.__aexit__(None, None, None), "stopping")


async def _within(seconds: float, work: Awaitable[object], what: str) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        log.error("%s took longer than %.0f s and was given up", what, seconds)  # noqa: TRY400 the time is all there is to say
        return False
    return True


async def _unless(stop: asyncio.Event, work: Awaitable[T]) -> T | None:
    """The result of the work; None, and the work cancelled, when it is time to stop first."""
    doing, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for task in (doing, stopping):
            task.cancel()
        await asyncio.gather(doing, stopping, return_exceptions=True)


def _stop_signal() -> asyncio.Event:
    """Set by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def _serving(server: HttpServer, listening: socket.socket) -> AsyncIterator[None]:
    task = asyncio.create_task(server.serve([listening]), name="http")
    try:
        yield
    finally:
        server.should_exit = True
        await task


def main(
    name: str,
    settings_class: type[SettingsT],
    build: Callable[[SettingsT, Bus], Service],
    migrate: Callable[[SettingsT], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """The body of a service's `__main__`: settings, build, run; with the argument `migrate`, its database only.

    Exit code 2 for settings or arguments that make no sense.
    """
    settings = _settings(name, settings_class)
    if migrate is not None and sys.argv[1:] == ["migrate"]:
        configure_logs(settings.log_level, settings.log_format)
        asyncio.run(migrate(settings))
        return
    _refuse_arguments(name, "" if migrate is None else " [migrate]")
    in_time = asyncio.run(run_process(name, settings, partial(build, settings), connect_bus))
    raise SystemExit(0 if in_time else 1)


def main_without_bus(name: str, settings_class: type[SettingsT], build: Callable[[SettingsT], Service]) -> None:
    """The same for a service that neither says nor hears anything."""

    async def no_bus(url: str, clock: Clock) -> Bus:
        return MemoryBus(clock)

    settings = _settings(name, settings_class)
    _refuse_arguments(name, "")
    in_time = asyncio.run(run_process(name, settings, lambda _: build(settings), no_bus))
    raise SystemExit(0 if in_time else 1)


def _settings(name: str, settings_class: type[SettingsT]) -> SettingsT:
    try:
        return settings_class.load()
    except ValueError as error:  # unknown names and values that do not fit; both say which
        print(f"onwatch {name}: {error}", file=sys.stderr)  # noqa: T201 no log is set up yet
        raise SystemExit(2) from None


def _refuse_arguments(name: str, known: str) -> None:
    if sys.argv[1:]:
        print(f"usage: python -m onwatch_{name}{known}; got {' '.join(sys.argv[1:])!r}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2)

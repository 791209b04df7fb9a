"""`onwatch doctor`: each owner looks at its own store; here the looks are put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from os import environ as process_environ
from pathlib import Path

import onwatch_aggregator.doctor
import onwatch_aggregator.handlers
import onwatch_catalog.doctor
import onwatch_catalog.handlers
import onwatch_detector.handlers
from onwatch.configuration import SETTINGS_FILE, configure
from onwatch.management import queue_lister
from onwatch_aggregator.doctor import AggregatorDoctor
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.doctor import CatalogDoctor
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.bus import Bus, SharedQueue
from onwatch_runtime.bus.memory.bus import MemoryBus
from onwatch_runtime.bus.rabbit.bus import connect_bus
from onwatch_runtime.bus.rabbit.dead_letters import RabbitDoctor, rabbit_doctor
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.observe.findings import CouldNotLook, Finding, Key, Repair, found_twice

SERVERS = (
    "ONWATCH_CATALOG_DATABASE_URL",
    "ONWATCH_CATALOG_BUS_URL",
    "ONWATCH_AGGREGATOR_DATABASE_URL",
    "ONWATCH_AGGREGATOR_REDIS_URL",
    "ONWATCH_AGGREGATOR_BUS_URL",
)
CONNECT_LIMIT_S = 30.0

QUEUES = tuple(
    queue
    for subscriptions in (
        onwatch_catalog.handlers.SUBSCRIPTIONS,
        onwatch_aggregator.handlers.SUBSCRIPTIONS,
        onwatch_detector.handlers.SUBSCRIPTIONS,
    )
    for queue, _ in subscriptions
    if isinstance(queue, SharedQueue)
)
"""Every queue that outlives its consumers."""


@dataclass(frozen=True)
class Patient:
    """Where to look."""

    catalog: CatalogSettings
    aggregator: AggregatorSettings
    has_servers: bool
    """RabbitMQ and Redis; else both are in the memory of `onwatch up`."""
    management_url: str | None = None

    @property
    def looked_at(self) -> str:
        if self.has_servers:
            listed = "" if self.management_url else " (its queues are not listed: no --management-url)"
            return f"the servers in the environment: both databases, the media folder, Redis, RabbitMQ{listed}"
        return f"the data folder {self.catalog.data_dir}: both databases and the media folder"


def find_patient(
    data_dir: Path,
    file: Path = SETTINGS_FILE,
    environ: Mapping[str, str] = process_environ,
    management_url: str | None = None,
) -> Patient:
    """The servers that the environment names; where it names none, the data folder of the one-process mode.

    `CouldNotLook` when there is no such folder.
    """
    if any(environ.get(name) for name in SERVERS):
        catalog, aggregator = CatalogSettings.load(None, environ), AggregatorSettings.load(None, environ)
        return Patient(catalog, aggregator, has_servers=True, management_url=management_url)
    if not data_dir.is_dir():
        raise CouldNotLook("data folder", f"{data_dir} is not there, and the environment names no server")
    configuration = configure(data_dir, file, environ)
    return Patient(configuration.catalog, configuration.aggregator, has_servers=False)


@dataclass(frozen=True)
class Doctor:
    """Looks beside a running system, or at one that is stopped."""

    catalog: CatalogDoctor
    aggregator: AggregatorDoctor
    rabbit: RabbitDoctor | None
    clock: Clock
    min_age_s: float
    settle_s: float

    async def examine(self) -> Sequence[Finding]:
        """What is wrong at two looks in a row. `CouldNotLook` when something is not reached."""
        first = await self._look()
        if not first:
            return ()
        await self.clock.sleep(self.settle_s)
        return found_twice(first, await self._look())

    async def _look(self) -> Sequence[Finding]:
        seen = await self.aggregator.look(self.min_age_s)
        videos = await self.catalog.video_ids()
        return [
            *await self.catalog.findings(seen.leased(self.clock.now()), self.min_age_s),
            *self.aggregator.findings(seen, videos, self.min_age_s),
            *(await self.rabbit.findings() if self.rabbit else ()),
        ]

    async def treat(self, agreed: Collection[Key]) -> Treatment:
        """Repair what was agreed on, if it is still wrong."""
        failures: dict[Key, str] = {}
        for finding in await self._look():
            if finding.repair is not None and finding.key in agreed and (why := await _failure(finding.repair)):
                failures[finding.key] = why
        left = await self.examine()
        repaired = set(agreed) - {finding.key for finding in left} - set(failures)
        return Treatment(frozenset(repaired), tuple(left), failures)


@dataclass(frozen=True)
class Treatment:
    """What came of it."""

    repaired: frozenset[Key]
    left: Sequence[Finding]
    failures: Mapping[Key, str]
    """Why something could not be repaired."""


async def _failure(repair: Repair) -> str | None:
    try:
        await repair()
    except Exception as error:  # noqa: BLE001 whatever a store says: the other findings are repaired all the same
        return f"{type(error).__name__}: {error}"
    return None


@asynccontextmanager
async def doctor_for(patient: Patient, *, min_age_s: float, settle_s: float, clock: Clock) -> AsyncIterator[Doctor]:
    """`CouldNotLook` when a server is not reached."""
    async with AsyncExitStack() as stack:
        rabbit, bus = await _bus(patient, stack, clock)
        stack.push_async_callback(bus.close)
        redis = None
        if patient.has_servers:
            redis = await stack.enter_async_context(onwatch_aggregator.doctor.redis_of(patient.aggregator))
        catalog = onwatch_catalog.doctor.doctor(patient.catalog, bus=bus, clock=clock)
        aggregator = onwatch_aggregator.doctor.doctor(patient.aggregator, bus=bus, clock=clock, redis=redis)
        yield Doctor(
            await stack.enter_async_context(catalog),
            await stack.enter_async_context(aggregator),
            rabbit,
            clock,
            min_age_s,
            settle_s,
        )


async def _bus(patient: Patient, stack: AsyncExitStack, clock: Clock) -> tuple[RabbitDoctor | None, Bus]:
    if not patient.has_servers:
        return None, MemoryBus(clock)
    url = patient.catalog.bus_url.get_secret_value()
    list_queues = queue_lister(patient.management_url, url) if patient.management_url else None
    rabbit = await stack.enter_async_context(rabbit_doctor(url, QUEUES, list_queues))
    try:
        async with asyncio.timeout(CONNECT_LIMIT_S):
            return rabbit, await connect_bus(url, clock)
    except TimeoutError as error:
        raise CouldNotLook("RabbitMQ", f"no connection within {CONNECT_LIMIT_S:g} s") from error


async def examine(patient: Patient, *, min_age_s: float, settle_s: float) -> Sequence[Finding]:
    async with doctor_for(patient, min_age_s=min_age_s, settle_s=settle_s, clock=SystemClock()) as doctor:
        return await doctor.examine()


async def treat(patient: Patient, agreed: Collection[Key], *, min_age_s: float, settle_s: float) -> Treatment:
    async with doctor_for(patient, min_age_s=min_age_s, settle_s=settle_s, clock=SystemClock()) as doctor:
        return await doctor.treat(agreed)


async def requeue_dead(patient: Patient) -> tuple[int, int]:
    """(said again, left because nobody listens to them)."""
    async with doctor_for(patient, min_age_s=0, settle_s=0, clock=SystemClock()) as doctor:
        return await _rabbit_of(doctor).requeue()


async def purge_dead(patient: Patient) -> int:
    async with doctor_for(patient, min_age_s=0, settle_s=0, clock=SystemClock()) as doctor:
        return await _rabbit_of(doctor).purge()


def _rabbit_of(doctor: Doctor) -> RabbitDoctor:
    if doctor.rabbit is None:
        raise CouldNotLook("RabbitMQ", "there is none in the one-process mode")
    return doctor.rabbit

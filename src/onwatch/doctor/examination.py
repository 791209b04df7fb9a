"""Combines the checks that the owner of each store makes, and repairs what they find."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import onwatch_aggregator.doctor
import onwatch_aggregator.handlers
import onwatch_catalog.doctor
import onwatch_catalog.handlers
import onwatch_detector.handlers
from onwatch.doctor.management import queue_lister
from onwatch.doctor.stores import Stores
from onwatch_aggregator.doctor import AggregatorDoctor
from onwatch_catalog.doctor import CatalogDoctor
from onwatch_runtime.bus import Bus, SharedQueue, connect_bus
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.bus.rabbit.doctor import RabbitDoctor, rabbit_doctor
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.observe import ExaminationFailed, Finding, Key, Repair, confirmed

CONNECT_LIMIT_S = 30.0

QUEUES = tuple(
    queue
    for subscriptions in (
        onwatch_catalog.handlers.SUBSCRIPTIONS,
        onwatch_catalog.handlers.MQTT_SUBSCRIPTIONS,
        onwatch_aggregator.handlers.SUBSCRIPTIONS,
        onwatch_detector.handlers.SUBSCRIPTIONS,
    )
    for queue, _ in subscriptions
    if isinstance(queue, SharedQueue)
)
"""Every queue that outlives its consumers."""


@dataclass(frozen=True)
class Doctor:
    """Examines a system, running or stopped."""

    catalog: CatalogDoctor
    aggregator: AggregatorDoctor
    rabbit: RabbitDoctor | None
    clock: Clock
    min_age_s: float
    settle_s: float

    async def examine(self) -> Sequence[Finding]:
        """What two checks in a row find. Raises `ExaminationFailed` when a store is unavailable."""
        first = await self._check()
        if not first:
            return ()
        await self.clock.sleep(self.settle_s)
        return confirmed(first, await self._check())

    async def _check(self) -> Sequence[Finding]:
        seen = await self.aggregator.take_inventory(self.min_age_s)
        videos = await self.catalog.video_ids()
        return [
            *await self.catalog.findings(seen.leased(self.clock.now()), self.min_age_s),
            *self.aggregator.findings(seen, videos, self.min_age_s),
            *(await self.rabbit.findings() if self.rabbit else ()),
        ]

    async def repair(self, confirmed: Collection[Key]) -> RepairReport:
        """Repair the confirmed findings that a new check still finds."""
        failures: dict[Key, str] = {}
        for finding in await self._check():
            if finding.repair is not None and finding.key in confirmed and (why := await _failure(finding.repair)):
                failures[finding.key] = why
        left = await self.examine()
        repaired = set(confirmed) - {finding.key for finding in left} - set(failures)
        return RepairReport(frozenset(repaired), tuple(left), failures)


@dataclass(frozen=True)
class RepairReport:
    """The result of a repair."""

    repaired: frozenset[Key]
    left: Sequence[Finding]
    failures: Mapping[Key, str]
    """Why a finding could not be repaired."""


async def _failure(repair: Repair) -> str | None:
    try:
        await repair()
    except Exception as error:  # noqa: BLE001 a repair that fails does not stop the others
        return f"{type(error).__name__}: {error}"
    return None


@asynccontextmanager
async def doctor_for(stores: Stores, *, min_age_s: float, settle_s: float, clock: Clock) -> AsyncIterator[Doctor]:
    """Raises `ExaminationFailed` when a server is unavailable."""
    async with AsyncExitStack() as stack:
        rabbit, bus = await _bus(stores, stack, clock)
        stack.push_async_callback(bus.close)
        redis = None
        if stores.has_servers:
            redis = await stack.enter_async_context(onwatch_aggregator.doctor.connected_redis(stores.aggregator))
        catalog = onwatch_catalog.doctor.doctor(stores.catalog, clock=clock)
        aggregator = onwatch_aggregator.doctor.doctor(stores.aggregator, clock=clock, redis=redis)
        yield Doctor(
            await stack.enter_async_context(catalog),
            await stack.enter_async_context(aggregator),
            rabbit,
            clock,
            min_age_s,
            settle_s,
        )


async def _bus(stores: Stores, stack: AsyncExitStack, clock: Clock) -> tuple[RabbitDoctor | None, Bus]:
    if not stores.has_servers:
        return None, MemoryBus(clock)
    url = stores.catalog.bus_url.get_secret_value()
    tls = stores.catalog.tls
    list_queues = queue_lister(stores.management_url, url, tls) if stores.management_url else None
    rabbit = await stack.enter_async_context(rabbit_doctor(url, QUEUES, list_queues, tls=tls))
    try:
        async with asyncio.timeout(CONNECT_LIMIT_S):
            return rabbit, await connect_bus(url, clock, tls)
    except TimeoutError as error:
        raise ExaminationFailed("RabbitMQ", f"no connection within {CONNECT_LIMIT_S:g} s") from error


async def examine(stores: Stores, *, min_age_s: float, settle_s: float) -> Sequence[Finding]:
    async with doctor_for(stores, min_age_s=min_age_s, settle_s=settle_s, clock=SystemClock()) as doctor:
        return await doctor.examine()


async def repair(stores: Stores, confirmed: Collection[Key], *, min_age_s: float, settle_s: float) -> RepairReport:
    async with doctor_for(stores, min_age_s=min_age_s, settle_s=settle_s, clock=SystemClock()) as doctor:
        return await doctor.repair(confirmed)


async def requeue_dead(stores: Stores) -> tuple[int, int]:
    """Number of messages (republished, left because no queue takes their type)."""
    async with doctor_for(stores, min_age_s=0, settle_s=0, clock=SystemClock()) as doctor:
        return await _rabbit_of(doctor).dead_letters.requeue()


async def purge_dead(stores: Stores) -> int:
    async with doctor_for(stores, min_age_s=0, settle_s=0, clock=SystemClock()) as doctor:
        return await _rabbit_of(doctor).dead_letters.purge()


def _rabbit_of(doctor: Doctor) -> RabbitDoctor:
    if doctor.rabbit is None:
        raise ExaminationFailed("RabbitMQ", "there is none in the one-process mode")
    return doctor.rabbit

"""Broker and Redis of the system that is restored: nothing of the former one may reach the new one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from onwatch.backup.errors import BackupFailed
from onwatch.doctor import QUEUES, Stores
from onwatch_aggregator.backup import clear_redis
from onwatch_runtime.bus.rabbit.doctor import rabbit_doctor
from onwatch_runtime.observe import ExaminationFailed
from onwatch_sql.errors import StoreUnavailable


def consumers_of(stores: Stores) -> list[str]:
    """What a running service is known by: the queues that it consumes. `BackupFailed` without the broker."""
    if not stores.has_servers:
        return []
    with _reached():
        queues = asyncio.run(_consumed(_bus_url(stores)))
    return [f"services consume the queues {', '.join(queues)}"] if queues else []


def clear(stores: Stores) -> None:
    """Drop all messages and all runs in progress: they are about the videos of the former system."""
    if stores.has_servers:
        with _reached():
            asyncio.run(clear_redis(stores.aggregator))  # first: if the broker then fails, runs begin again and no more
            asyncio.run(_purge(_bus_url(stores)))


def _bus_url(stores: Stores) -> str:
    return stores.catalog.bus_url.get_secret_value()


async def _consumed(url: str) -> list[str]:
    async with rabbit_doctor(url, QUEUES) as doctor:
        return await doctor.shared_queues.consumed()


async def _purge(url: str) -> None:
    async with rabbit_doctor(url, QUEUES) as doctor:
        await doctor.shared_queues.purge()


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (ExaminationFailed, StoreUnavailable) as error:
        raise BackupFailed(str(error)) from error

"""The broker that the environment names."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from onwatch_runtime.bus.rabbit.doctor import DeadLetters, rabbit_doctor
from onwatch_runtime.observe import ExaminationFailed

T = TypeVar("T")

URLS = tuple(f"ONWATCH_{service}_BUS_URL" for service in ("CATALOG", "AGGREGATOR", "DETECTOR", "GATEWAY"))
"""All services have the same broker."""


def broker_url() -> str | None:
    return next(filter(None, map(os.environ.get, URLS)), None)


def on_broker(work: Callable[[DeadLetters], Awaitable[T]]) -> T:
    """`ExaminationFailed` without a broker, or if it is not reached."""
    url = broker_url()
    if url is None:
        raise ExaminationFailed("RabbitMQ", f"{URLS[0]} does not name it; `onwatch up` has none")
    return asyncio.run(_on_broker(url, work))


async def _on_broker(url: str, work: Callable[[DeadLetters], Awaitable[T]]) -> T:
    async with rabbit_doctor(url, ()) as doctor:
        return await work(doctor.dead_letters)

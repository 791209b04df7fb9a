"""The aggregator on RabbitMQ, Redis and SQLite: `python -m bench.doors.aggregator_server RABBIT REDIS FOLDER`.

Each line on stdin, a number, is answered when so many batches have been committed since the start.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry

from bench.doors.batches import LEASE_S
from bench.doors.counting_server import answer_counts
from onwatch_aggregator.service import build
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock


async def main(rabbit_url: str, redis_url: str, folder: str) -> None:
    registry = CollectorRegistry()

    def committed() -> float:
        return registry.get_sample_value("onwatch_aggregator_batches_total", {"outcome": "applied"}) or 0

    settings = AggregatorSettings(redis_url=redis_url, data_dir=Path(folder), lease_s=LEASE_S)
    bus = await RabbitBus(rabbit_url, SystemClock()).open()
    async with build(settings, bus=bus, registry=registry).lifespan():
        await answer_counts(committed)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

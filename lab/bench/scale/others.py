"""The other ends of the bus: `python -m bench.scale.others URL`.

The catalog's own account of demand; detectors that are all busy, so that demand waits in their queue until it is too
old; and an aggregator that announces commits. `take` answers with the demand that arrived since the last time, and
`commit COUNT FIRST VIDEOS` publishes so many commits of these videos.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from bench.doors.viewers import percentile
from bench.scale.gateway import video_id
from onwatch_catalog.demand import SystemDemand
from onwatch_catalog.handlers import DEMAND_SUBSCRIPTIONS
from onwatch_contracts.messages import DemandWantedV1, MetricsCommittedV1
from onwatch_contracts.values import Coverage, Totals
from onwatch_detector.handlers import DEMAND
from onwatch_runtime.bus import Publisher
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.ids import new_id

AT_ONCE = 50


class Others:
    def __init__(self, bus: RabbitBus) -> None:
        self._clock = SystemClock()
        self._publisher = Publisher(bus, self._clock, new_id)
        self._demand = SystemDemand(self._clock)
        self._delays_ms: list[float] = []

    async def on_demand(self, message: Any) -> None:
        await self._demand.on_demand(message)
        if isinstance(message, DemandWantedV1):
            self._delays_ms.append((self._clock.now() - message.occurred_at).total_seconds() * 1000)

    def take(self) -> dict[str, Any]:
        delays, self._delays_ms = self._delays_ms, []
        return {
            "demands": len(delays),
            "counted": self._demand.videos(),
            "p50": percentile(delays, 0.5),
            "p99": percentile(delays, 0.99),
        }

    async def commit(self, count: int, first: int, videos: int) -> dict[str, Any]:
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> bool:
            async with slots:
                return await self._publisher.announce(
                    MetricsCommittedV1,
                    video_id=video_id(first + number % videos),
                    run_id="run",
                    epoch=1,
                    batch_no=number + 1,
                    totals=Totals(),
                    coverage=Coverage(),
                )

        return {"commits": sum(await asyncio.gather(*map(one, range(count))))}


async def main(url: str) -> None:
    bus = await RabbitBus(url, SystemClock()).open()
    others = Others(bus)
    (queue, _), *_ = DEMAND_SUBSCRIPTIONS
    await bus.subscribe(queue, others.on_demand)
    detectors = await bus.subscribe(DEMAND, others.on_demand)
    await detectors.pause()
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        command, *arguments = line.split()
        answer = await others.commit(*map(int, arguments)) if command == "commit" else others.take()
        print(json.dumps({**answer, "cpu_s": time.process_time()}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

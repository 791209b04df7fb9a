"""Answers batches as the aggregator does, and stores nothing: `python -m bench.doors.acknowledger RABBIT`.

Each line on stdin, a number, is answered when so many batches have been answered since the start.
"""

from __future__ import annotations

import asyncio
import sys

from bench.doors.counting_server import answer_counts
from onwatch_contracts.messages import MetricsBatchV1, MetricsBatchV2, MetricsCommittedV1
from onwatch_contracts.values import Coverage, Totals, VehicleType
from onwatch_runtime.bus import Publisher, SharedQueue, Subscription, subscribed
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.ids import new_id

COVERAGE = Coverage(analysed_s=30.0, duration_s=60.0, fraction=0.5)
TOTALS = Totals(total_vehicles_count=1, visits_count=1, vehicle_type={VehicleType.CAR: 1})


class Acknowledger:
    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.answered = 0

    async def on_batch(self, batch: MetricsBatchV1) -> None:
        await self._publisher.publish(
            MetricsCommittedV1,
            video_id=batch.video_id,
            run_id=batch.run_id,
            epoch=batch.epoch,
            batch_no=batch.batch_no,
            totals=TOTALS,
            coverage=COVERAGE,
        )
        self.answered += 1


SUBSCRIPTIONS = (
    Subscription(SharedQueue("bench.batches", (MetricsBatchV1, MetricsBatchV2), ordered=True), Acknowledger.on_batch),
)


async def main(rabbit_url: str) -> None:
    bus = await RabbitBus(rabbit_url, SystemClock()).open()
    acknowledger = Acknowledger(Publisher(bus, SystemClock(), new_id))
    async with subscribed(bus, SUBSCRIPTIONS, acknowledger):
        await answer_counts(lambda: acknowledger.answered)
    await bus.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

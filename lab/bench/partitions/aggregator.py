"""One aggregator process: commits batches with the real script and publishes the real acknowledgement.

Started by `compare.py` with the variant's name and the servers' addresses. Each line on stdin is answered by a line
with the counters since the last one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections import Counter
from typing import Any

from load import LEASE_S
from redis.asyncio import Redis
from variants import VARIANTS

from onwatch_aggregator.live import Committed, Impossible, RedisLiveStore, Rejected
from onwatch_aggregator.settings import Lifetimes
from onwatch_contracts.messages import MetricsBatchV1, MetricsCommittedV1, MetricsRejectedV1
from onwatch_contracts.values import Coverage
from onwatch_runtime.bus import Publisher, Reject
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.errors import Unavailable
from onwatch_runtime.ids import new_id

SLOW_HANDLER_S = 0.5
SLOW = "slow"
"""Ending of the id of a video whose batches take so long."""


GAP_LIMIT_S = 2.0
"""Without order: a batch older than this whose predecessor is still missing has lost it."""


class PredecessorMissing(Unavailable):
    """Without order a gap does not mean a lost batch: the predecessor may be with the other aggregator."""


async def main(variant_name: str, rabbit_url: str, redis_url: str) -> None:
    variant, clock, counters = VARIANTS[variant_name], SystemClock(), Counter[str]()
    bus = await variant.bus(rabbit_url).open()
    publisher = Publisher(bus, clock, new_id)
    live = RedisLiveStore(Redis.from_url(redis_url), Lifetimes(lease_s=LEASE_S))

    def age_s(batch: MetricsBatchV1) -> float:
        return (clock.now() - batch.occurred_at).total_seconds()

    async def on_batch(batch: Any) -> None:
        if batch.video_id.endswith(SLOW):
            await asyncio.sleep(SLOW_HANDLER_S)
        names = {"video_id": batch.video_id, "run_id": batch.run_id, "epoch": batch.epoch, "batch_no": batch.batch_no}
        match await live.commit(batch, clock.now()):
            case Committed(run, repeat):
                counters["repeats" if repeat else "commits"] += 1
                coverage = Coverage(analysed_s=batch.checkpoint.position_s, duration_s=1e6)
                names["batch_no"] = run.batch_no
                totals = run.record.totals.to_contract()
                await publisher.publish(MetricsCommittedV1, **names, totals=totals, coverage=coverage)
            case Rejected("gap") if not variant.ordered and age_s(batch) < GAP_LIMIT_S:
                counters["gaps"] += 1
                raise PredecessorMissing(f"batch {batch.batch_no} of {batch.video_id}")
            case Rejected(reason):
                counters["gaps"] += 1
                await publisher.publish(MetricsRejectedV1, **names, reason=reason)
            case Impossible(reason):
                raise Reject(reason)

    await bus.subscribe(variant.queue, on_batch)
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(counters), flush=True)
        counters.clear()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(main(*sys.argv[1:]))

"""Commits batches to Redis, as the aggregator's store and as pipelined Lua: `python -m bench.doors.committer REDIS`.

`store VIDEOS BATCHES` decodes messages and commits them as the aggregator does, a few at a time. `pipelined VIDEOS
BATCHES` makes the same calls of the same script, prepared before, in pipelines, and looks at no answer but for errors.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from redis.asyncio import Redis

from bench.doors.batches import LEASE_S, Worker, claimed
from onwatch_aggregator.live import Committed, RedisLiveStore
from onwatch_aggregator.settings import Lifetimes
from onwatch_contracts.messages import MetricsBatchV2
from onwatch_runtime.bus.codec import decode, encode
from onwatch_runtime.clock import SystemClock

AT_ONCE = 4
"""As the dispatcher of the bus."""
PIPELINE = 100
LIFETIMES = Lifetimes(lease_s=LEASE_S)

Work = Callable[[], Awaitable[object]]


class _Recorder:
    """Takes the place of a client of Redis, and keeps the calls of scripts."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    async def evalsha(self, *arguments: Any) -> list[bytes]:
        self.calls.append(arguments)
        return [b"unknown_run"]


async def through_the_store(redis: Redis, batches: Sequence[Sequence[MetricsBatchV2]]) -> Work:
    """`batches`: of each video, in order."""
    store, clock = RedisLiveStore(redis, LIFETIMES), SystemClock()
    waiting = [[(batch.routing_key, encode(batch)) for batch in of_video] for of_video in batches]
    slots = asyncio.Semaphore(AT_ONCE)

    async def commit(messages: Sequence[tuple[str, bytes]]) -> None:
        for routing_key, body in messages:
            async with slots:
                outcome = await store.commit(cast("MetricsBatchV2", decode(routing_key, body)), clock.now())
            if not isinstance(outcome, Committed):
                raise SystemExit(f"{routing_key} was not committed: {outcome}")

    return lambda: asyncio.gather(*map(commit, waiting))


async def pipelined(redis: Redis, batches: Sequence[Sequence[MetricsBatchV2]]) -> Work:
    recorder, now = _Recorder(), SystemClock().now()
    recording = RedisLiveStore(cast("Redis", recorder), LIFETIMES)
    for same_number in zip(*batches, strict=True):
        for batch in same_number:
            await recording.commit(batch, now)

    async def commit() -> None:
        for start in range(0, len(recorder.calls), PIPELINE):
            async with redis.pipeline(transaction=False) as pipeline:
                for call in recorder.calls[start : start + PIPELINE]:
                    pipeline.evalsha(*call)
                answers = await pipeline.execute()
            if any(answer[0] != b"applied" for answer in answers):
                raise SystemExit(f"not all of {len(answers)} batches were applied")

    return commit


WAYS = {"store": through_the_store, "pipelined": pipelined}


async def measured(redis: Redis, way: str, videos: int, count: int) -> dict[str, float]:
    await redis.flushall()
    workers: list[Worker] = await claimed(redis, [f"video-{number}" for number in range(videos)])
    # The script is in the server before: a pipeline cannot send it when it is missing.
    first = [[worker.next_batch()] for worker in workers]
    await (await through_the_store(redis, first))()
    work = await WAYS[way](redis, [[worker.next_batch() for _ in range(count)] for worker in workers])
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    await work()
    return {"seconds": time.monotonic() - began_s, "cpu_s": time.process_time() - began_cpu_s}


async def main(url: str) -> None:
    redis = Redis.from_url(url)
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        way, videos, count = line.split()
        print(json.dumps(await measured(redis, way, int(videos), int(count))), flush=True)
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

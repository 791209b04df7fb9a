"""How many batches an aggregator commits, beside pipelined Lua that makes the same writes on the same Redis."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from redis.asyncio import Redis

from bench.doors.batches import claimed
from bench.doors.programs import Program, cpu_s
from bench.doors.report import table
from onwatch_contracts.messages import MetricsBatchV2
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.servers import RabbitServer, RedisServer

GOAL = 0.5
VIDEOS = 64
AGGREGATOR, BUS, STORE, PIPELINED = "aggregator, from RabbitMQ", "its bus alone", "its store alone", "pipelined Lua"
WAYS = {"store": STORE, "pipelined": PIPELINED}
FIGURES = ("rate", "own", "redis", "rabbit")

Figures = dict[tuple[str, str], list[float]]


def measured(*, quick: bool) -> str:
    rounds, count = (2, 10) if quick else (5, 40)
    figures: Figures = defaultdict(list)
    with (
        RabbitServer.running() as rabbit,
        RabbitServer.running() as other_rabbit,  # that the aggregator does not read
        RedisServer.running() as redis,
        tempfile.TemporaryDirectory(prefix="onwatch-bench-") as folder,
        Program.module("bench.doors.aggregator_server", rabbit.url, redis.url, folder) as aggregator,
        Program.module("bench.doors.acknowledger", other_rabbit.url) as acknowledger,
        Program.module("bench.doors.committer", redis.url) as committer,
    ):
        for program in (aggregator, acknowledger, committer):
            program.line()
        committed = 0
        for _ in range(rounds):
            for way, name in WAYS.items():
                before_s = cpu_s(redis.pid)
                taken = committer.ask(f"{way} {VIDEOS} {count}")
                _note(figures, name, VIDEOS * count, taken["seconds"], taken["cpu_s"], cpu_s(redis.pid) - before_s)
            _through_rabbit(figures, BUS, other_rabbit, redis, acknowledger, count, committed)
            committed += _through_rabbit(figures, AGGREGATOR, rabbit, redis, aggregator, count, committed)
    return _report(figures)


def _note(
    figures: Figures, name: str, batches: int, seconds: float, own_s: float, redis_s: float, rabbit_s: float = 0.0
) -> None:
    measured = (batches / seconds, *(1e6 * spent_s / batches for spent_s in (own_s, redis_s, rabbit_s)))
    for figure, value in zip(FIGURES, measured, strict=True):
        figures[name, figure].append(value)


def _through_rabbit(
    figures: Figures, name: str, rabbit: RabbitServer, redis: RedisServer, program: Program, count: int, before: int
) -> int:
    """Lets batches wait in the broker, and the program handle them; returns their number."""
    os.kill(program.pid, signal.SIGSTOP)
    batches = asyncio.run(_published(rabbit.url, redis.url, count))
    earlier = cpu_s(program.pid), cpu_s(redis.pid), cpu_s(rabbit.pid)
    began_s = SystemClock().monotonic()
    os.kill(program.pid, signal.SIGCONT)
    seconds = program.ask(str(before + batches))["at_s"] - began_s
    later = cpu_s(program.pid), cpu_s(redis.pid), cpu_s(rabbit.pid)
    _note(figures, name, batches, seconds, *(late - early for early, late in zip(earlier, later, strict=True)))
    return batches


async def _published(rabbit_url: str, redis_url: str, count: int) -> int:
    redis = Redis.from_url(redis_url)
    await redis.flushall()
    workers = await claimed(redis, [f"video-{number}" for number in range(VIDEOS)])
    bus = await RabbitBus(rabbit_url, SystemClock()).open()
    for _ in range(count):
        batches: Sequence[MetricsBatchV2] = [worker.next_batch() for worker in workers]
        await asyncio.gather(*map(bus.publish, batches))
    await bus.close()
    await redis.aclose()
    return VIDEOS * count


def _report(figures: Figures) -> str:
    names = (AGGREGATOR, BUS, STORE, PIPELINED)
    rows = [[name, *(f"{median(figures[name, figure]):,.0f}" for figure in FIGURES)] for name in names]
    head = ["", "batches/s", "own CPU, µs a batch", "of Redis", "of RabbitMQ"]
    whole, bus, store = (
        median(own / peer for own, peer in zip(figures[name, "rate"], figures[PIPELINED, "rate"], strict=True))
        for name in (AGGREGATOR, BUS, STORE)
    )
    return (
        f"{table(head, rows)}\n\n"
        f"The aggregator commits {whole:.2f} times the batches of pipelined Lua (goal {GOAL:g}), its store alone "
        f"{store:.2f} times. A program that stores nothing, and answers each batch over the same bus, is through with "
        f"{bus:.2f} times."
    )

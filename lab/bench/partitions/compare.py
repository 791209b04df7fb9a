"""Compares 8 partitions with one plain queue under two aggregators, on a private RabbitMQ and Redis.

`make bench-partitions`. Rounds are interleaved and medians are taken over them. The machine's speed is in every figure,
so only the ratios within one run mean something.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import IO, Any, cast

from aggregator import SLOW
from load import Load, Video, percentile
from variants import VARIANTS

from onwatch_testkit.servers import RabbitServer, RedisServer

AGGREGATORS = 2
VIDEOS, PACED_VIDEOS = 50, 25
HEARTBEAT_S = 0.25  # a worker's batches
PLUGIN = "rabbitmq_consistent_hash_exchange"
LOST_S = 5.0  # for the lease to end and a new claim
SHARE_S = 17.0  # consumers of an ordered queue share its partitions out every 15 s


class RabbitWithPlugin(RabbitServer):
    def _prepare(self) -> None:
        super()._prepare()
        (self.folder / "enabled_plugins").write_text(f"[{PLUGIN}].\n")


class Aggregator:
    """A process of `aggregator.py`."""

    def __init__(self, variant: str, rabbit: RabbitServer, redis: RedisServer) -> None:
        command = [sys.executable, str(Path(__file__).with_name("aggregator.py")), variant, rabbit.url, redis.url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self._answer() != "ready\n":
            raise SystemExit(f"an aggregator of {variant!r} did not start")

    def _answer(self) -> str:
        return cast("IO[str]", self._process.stdout).readline()

    def counters(self) -> dict[str, int]:
        """Since the last call."""
        stdin = cast("IO[str]", self._process.stdin)
        stdin.write("\n")
        stdin.flush()
        answer: dict[str, int] = json.loads(self._answer())
        return answer

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Bench:
    """One variant: its aggregators, its load and what was measured."""

    def __init__(self, name: str, rabbit: RabbitServer, redis: RedisServer) -> None:
        self.name = name
        self._rabbit, self._redis = rabbit, redis
        self.aggregators = [Aggregator(name, rabbit, redis) for _ in range(AGGREGATORS)]
        self.load = Load(VARIANTS[name], rabbit.url, redis.url)
        self.figures: dict[str, list[float]] = defaultdict(list)

    async def round(self, number: int, seconds: float) -> None:
        for scenario in (self._paced, self._saturated, self._slow, self._lost, self._killed):
            await scenario(number, seconds)

    async def warm_up(self) -> None:
        """Until the partitions are shared out: a consumer counts those that it got a message from."""
        await self.load.run(self._ids(0, "warm"), SHARE_S, interval_s=2.0)
        self._counted("warm")

    async def _paced(self, number: int, seconds: float) -> None:
        videos = await self.load.run(self._ids(number, "paced"), seconds, HEARTBEAT_S)
        self._note("paced", videos)
        self._counted("paced")

    async def _saturated(self, number: int, seconds: float) -> None:
        broker, own, start = cpu_s(self._rabbit.pid), self._cpu_s(), time.monotonic()
        videos = await self.load.run(self._ids(number, "full", VIDEOS), seconds)
        self._note("full", videos)
        commits = self._counted("full")
        self.figures["full commits/s"].append(commits / (time.monotonic() - start))
        self.figures["full broker CPU ms/commit"].append(1000 * (cpu_s(self._rabbit.pid) - broker) / commits)
        self.figures["full aggregators CPU ms/commit"].append(1000 * (self._cpu_s() - own) / commits)

    async def _slow(self, number: int, seconds: float) -> None:
        ids = self._ids(number, "beside")
        videos = await self.load.run([*ids, f"{self.name}-{number}-{SLOW}"], seconds, HEARTBEAT_S)
        self._note("beside a slow video", videos[:-1])
        self._note("slow video", videos[-1:])
        self._counted("beside a slow video")

    async def _lost(self, number: int, seconds: float) -> None:
        """One batch of every video is lost, as by a Redis that loses its last second: all that follow are gaps."""
        videos = await self.load.run(self._ids(number, "lost"), seconds + LOST_S, HEARTBEAT_S, skipped_batch_no=3)
        self._note("batch lost", videos)
        stalls_s = [video.longest_stall_s for video in videos]
        self.figures["batch lost, longest stall p50 ms"].append(1000 * percentile(stalls_s, 0.5))
        self.figures["batch lost, longest stall p100 ms"].append(1000 * percentile(stalls_s, 1.0))
        self._counted("batch lost")

    async def _killed(self, number: int, seconds: float) -> None:
        running = asyncio.create_task(self.load.run(self._ids(number, "kill"), seconds, HEARTBEAT_S))
        await asyncio.sleep(seconds / 2)
        self.aggregators.pop(number % AGGREGATORS).kill()
        self._note("one killed", await running)
        self._counted("one killed")
        self.aggregators.append(await asyncio.to_thread(Aggregator, self.name, self._rabbit, self._redis))

    def _ids(self, number: int, scenario: str, count: int = PACED_VIDEOS) -> Sequence[str]:
        return [f"{self.name}-{number}-{scenario}-{video}" for video in range(count)]

    def _cpu_s(self) -> float:
        return sum(cpu_s(aggregator.pid) for aggregator in self.aggregators)

    def _note(self, scenario: str, videos: Sequence[Video]) -> None:
        latencies_s = [latency for video in videos for _, latency in video.latencies_s]
        for share in (0.5, 0.95, 1.0):
            self.figures[f"{scenario} p{share * 100:.0f} ms"].append(1000 * percentile(latencies_s, share))
        self.figures[f"{scenario} rejected"].append(sum(video.rejections for video in videos))

    def _counted(self, scenario: str) -> int:
        counters = [aggregator.counters() for aggregator in self.aggregators]
        total = {name: sum(c.get(name, 0) for c in counters) for name in ("commits", "gaps", "repeats")}
        commits = max(total["commits"], 1)
        self.figures[f"{scenario} gaps/commit"].append(total["gaps"] / commits)
        self.figures[f"{scenario} repeats/commit"].append(total["repeats"] / commits)
        return commits

    async def close(self) -> None:
        for aggregator in self.aggregators:
            aggregator.kill()
        await self.load.close()


def cpu_s(pid: int) -> float:
    """User and system time of a process, without its helpers."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def compare(names: Sequence[str], rounds: int, seconds: float) -> dict[str, dict[str, list[float]]]:
    server = RabbitWithPlugin if any(VARIANTS[name].plugin for name in names) else RabbitServer
    with server.running() as rabbit, RedisServer.running() as redis:
        benches = [Bench(name, rabbit, redis) for name in names]
        for bench in benches:
            await bench.load.open()
        await asyncio.gather(*(bench.warm_up() for bench in benches))
        for number in range(rounds):
            for bench in [*benches[number % len(benches) :], *benches[: number % len(benches)]]:
                await bench.round(number, seconds)
                print(f"round {number + 1} of {bench.name}", file=sys.stderr)
        for bench in benches:
            await bench.close()
        return {bench.name: bench.figures for bench in benches}


def table(measured: dict[str, dict[str, list[float]]]) -> str:
    """Medians over the rounds, as Markdown."""
    rows: list[list[Any]] = [["", *(VARIANTS[name].title for name in measured)]]
    rows.append(["---", *("---:" for _ in measured)])
    for figure in next(iter(measured.values())):
        if figure.startswith("warm"):
            continue
        rows.append([figure, *(cell(figures[figure]) for figures in measured.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cell(values: Sequence[float]) -> str:
    """The median, and the least and the greatest."""
    return f"{median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("variants", nargs="*", default=["partitions", "plain", "hash"], help=", ".join(VARIANTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each scenario")
    given = parser.parse_args()
    print(table(asyncio.run(compare(given.variants, given.rounds, given.seconds))))


if __name__ == "__main__":
    main()

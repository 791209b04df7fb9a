"""Demands more and more videos through one gateway, and looks for where it bends. `make bench-scale`.

The gateway, the catalog's account of demand, the queues and RabbitMQ are real; detectors are busy and take nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bench.doors.programs import ROOT, Program, cpu_s
from bench.doors.report import machine, table, write
from onwatch_gateway.settings import GatewaySettings
from onwatch_testkit.servers import RabbitServer

SIZES, QUICK_SIZES = (10, 100, 1000, 5000), (10, 100, 300)
COMMITS = 500
DOCUMENT = ROOT / "docs" / "scaling.md"


class System:
    def __init__(self, rabbit: RabbitServer, gateway: Program, others: Program) -> None:
        self._rabbit, self._gateway, self._others = rabbit, gateway, others

    def cpu_s(self) -> tuple[float, float, float]:
        """Of the gateway, RabbitMQ and the catalog's account."""
        return self._gateway.ask("cpu")["cpu_s"], cpu_s(self._rabbit.pid), cpu_s(self._others.pid)

    def demand_row(self, videos: int, heartbeats: int) -> Sequence[str]:
        heartbeat_s = GatewaySettings().heartbeat_s
        self._gateway.ask(f"watch {videos}")
        time.sleep(2 * heartbeat_s)
        self._others.ask("take")
        before, began_s = self.cpu_s(), time.monotonic()
        time.sleep(heartbeats * heartbeat_s)
        taken, after = self._others.ask("take"), self.cpu_s()
        seconds = time.monotonic() - began_s
        shares = [f"{100 * (late - early) / seconds:.0f} %" for early, late in zip(before, after, strict=True)]
        arrived = taken["demands"] / (videos * seconds / heartbeat_s)
        counted = f"{taken['counted']:,}"
        return [
            f"{videos:,}",
            counted,
            f"{100 * arrived:.0f} %",
            f"{taken['p50']:.0f} ms",
            f"{taken['p99']:.0f} ms",
            *shares,
        ]

    def commit_cost_us(self, first: int, videos: int) -> float:
        """CPU time of the gateway for each commit of these videos, beside what it takes anyway."""
        idle_s, began_s = self._idle_share(), time.monotonic()
        before = self.cpu_s()[0]
        commits = int(self._others.ask(f"commit {COMMITS} {first} {videos}")["commits"])
        after, seconds = self.cpu_s()[0], time.monotonic() - began_s
        return 1e6 * max(after - before - idle_s * seconds, 0) / max(commits, 1)

    def _idle_share(self) -> float:
        before, began_s = self.cpu_s()[0], time.monotonic()
        time.sleep(GatewaySettings().heartbeat_s)
        return (self.cpu_s()[0] - before) / (time.monotonic() - began_s)


def measured(sizes: Sequence[int], heartbeats: int) -> Iterator[str]:
    with RabbitServer.running() as rabbit:
        gateway, others = (Program.module(f"bench.scale.{name}", rabbit.url) for name in ("gateway", "others"))
        with gateway, others:
            gateway.line()
            others.line()
            system = System(rabbit, gateway, others)
            gateway.ask("watch 10")
            watched, unwatched = system.commit_cost_us(0, 10), system.commit_cost_us(1_000_000, 1000)
            rows = [system.demand_row(videos, heartbeats) for videos in sizes]
    head = [
        "videos",
        "counted by the catalog",
        "demand that arrived",
        "delay, p50",
        "p99",
        "gateway",
        "RabbitMQ",
        "catalog",
    ]
    yield table(head, rows)
    yield (
        "Demand that arrived is a share of one message for each video and heartbeat; the delay is from the heartbeat "
        "to the catalog's account; the last three columns are shares of one processor."
    )
    yield (
        f"A commit of a video that is watched takes {watched:.0f} µs of the gateway, one of another video "
        f"{unwatched:.0f} µs."
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer videos and heartbeats")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/scaling.md")
    given = parser.parse_args()
    figures = "\n\n".join(measured(QUICK_SIZES if given.quick else SIZES, 3 if given.quick else 8))
    command = "make bench-scale SCALE=--quick" if given.quick else "make bench-scale"
    text = f"Measured by `{command}` on {datetime.now(UTC):%Y-%m-%d}: {machine()}.\n\n{figures}"
    print(text)
    if given.write:
        write("scale", text, DOCUMENT)


if __name__ == "__main__":
    main()

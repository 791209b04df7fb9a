"""What storing the results of a run takes, beside COPY and INSERT with ON CONFLICT."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping
from statistics import median
from typing import Any

from bench.doors.programs import Program, tree_cpu_s
from bench.doors.report import table
from onwatch_testkit.servers import PostgresServer, RedisServer

FEW, MANY = 100_000, 1_000_000
QUICK_FEW, QUICK_MANY = 2_000, 20_000
GOAL = 0.8
FINISH, SAVE, COPY = "finish", "save", "copy"
NAMES = {
    FINISH: "the aggregator, from Redis to PostgreSQL",
    SAVE: "its writing of rows alone",
    COPY: "COPY, then INSERT with ON CONFLICT",
}
BACKEND_ENDS_S = 0.5
"""Only then its CPU time is counted in that of the server."""

Figures = dict[tuple[str, int], list[dict[str, float]]]


def measured(*, quick: bool) -> str:
    rounds, sizes = (1, (QUICK_FEW, QUICK_MANY)) if quick else (2, (FEW, MANY))
    figures: Figures = defaultdict(list)
    with PostgresServer.running() as postgres, RedisServer.running() as redis:

        def run(way: str, visits: int) -> dict[str, Any]:
            module = Program.module("bench.doors.result_writer", way, postgres.url, redis.url, visits)
            before_s = tree_cpu_s(postgres.pid)
            with module:
                answer: dict[str, Any] = json.loads(module.line())
            time.sleep(BACKEND_ENDS_S)
            return {**answer, "server_s": tree_cpu_s(postgres.pid) - before_s}

        for visits in sizes:
            for _ in range(rounds):
                run("fill", visits)
                for way in NAMES:
                    figures[way, visits].append(run(way, visits))
    return _report(figures, rounds, *sizes)


def _report(figures: Mapping[tuple[str, int], list[dict[str, float]]], rounds: int, few: int, many: int) -> str:
    def mid(way: str, visits: int, figure: str) -> float:
        return median(each[figure] for each in figures[way, visits])

    rows = [
        [
            NAMES[way],
            f"{mid(way, many, 'seconds'):.1f} s",
            f"{mid(way, many, 'cpu_s'):.1f} s",
            f"{mid(way, many, 'server_s'):.1f} s",
            f"{mid(way, few, 'mib'):.0f} MiB",
            f"{mid(way, many, 'mib'):.0f} MiB",
            f"{mid(way, many, 'longest_ms'):.0f} ms",
        ]
        for way in NAMES
    ]

    def ratio(way: str) -> float:
        return median(
            (peer["cpu_s"] + peer["server_s"]) / (own["cpu_s"] + own["server_s"])
            for own, peer in zip(figures[way, many], figures[COPY, many], strict=True)
        )

    head = ["", "time", "own CPU", "of PostgreSQL", f"memory for {few:,}", f"for {many:,}", "longest pause"]
    return (
        f"{many:,} visits, medians of {rounds} rounds. Memory is what is added at the peak; the longest pause is how "
        f"long other work of the process had to wait.\n\n{table(head, rows)}\n\n"
        f"By CPU time of both processes, the aggregator stores {ratio(SAVE):.2f} times the rows of COPY and INSERT "
        f"with ON CONFLICT (goal {GOAL:g}), and {ratio(FINISH):.2f} times with all that is before: reading the events "
        "from Redis, and checking them against the totals."
    )

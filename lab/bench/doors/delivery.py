"""What a gateway takes to send frames to its viewers, beside two WebSocket servers that do nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from bench.doors.programs import ROOT, Program
from bench.doors.report import table

PEERS_PYTHON = ROOT / ".cache" / "bench-doors" / "bin" / "python"
GATEWAY, PEERS = "gateway", ("websockets", "picows")
GOAL = 1.25
MEMORY_GOAL_KIB = 40


@dataclass(frozen=True)
class Load:
    viewers: int
    frames: int
    """In one round."""
    interval_s: float


LOADS = (Load(1, 300, 0.01), Load(100, 50, 0.06), Load(1000, 10, 0.4))
QUICK_LOADS = (Load(1, 100, 0.01), Load(100, 20, 0.06))
STALLED_LOAD = Load(100, 20, 0.06)
STORM_VIEWERS, QUICK_STORM_VIEWERS = 5000, 500


class Served:
    """A server, and a process with its viewers."""

    def __init__(self, server: Program, stack: ExitStack) -> None:
        self._server = stack.enter_context(server)
        self._audience = stack.enter_context(Program.module("bench.doors.viewers", int(server.line())))
        self._viewers = 0

    def grow(self, viewers: int) -> None:
        self._audience.ask(f"connect {viewers - self._viewers}")
        self._viewers = viewers

    def round(self, load: Load) -> dict[str, float]:
        """What the viewers received, and the server's CPU time for each of these frames."""
        self._audience.ask("take")
        cpu_s = self._server.ask(f"frames {load.frames} {load.interval_s}")["cpu_s"]
        taken = self._audience.ask("take")
        return {"cost_us": 1e6 * cpu_s / max(taken["frames"], 1), **taken}

    def memory_kib(self) -> float:
        return float(self._server.ask("memory")["kib"])

    def stall(self, *, stalled: bool) -> None:
        self._audience.ask("stall" if stalled else "unstall")

    def storm(self) -> tuple[float, float]:
        """Seconds until all are subscribed again, and the server's CPU time for each in microseconds."""
        before_s = self._server.ask("memory")["cpu_s"]
        seconds = float(self._audience.ask("storm")["seconds"])
        return seconds, 1e6 * (self._server.ask("memory")["cpu_s"] - before_s) / self._viewers


def measured(*, quick: bool) -> str:
    rounds = 3 if quick else 5
    loads = QUICK_LOADS if quick else LOADS
    with ExitStack() as stack:
        running = {GATEWAY: Served(Program.module("bench.doors.gateway_server"), stack)}
        running |= {
            name: Served(Program.module(f"bench.doors.{name}_server", python=PEERS_PYTHON), stack) for name in PEERS
        }
        rows, memory_kib = [], []
        for load in loads:
            for served in running.values():
                served.grow(load.viewers)
            rows.append(_delivery_row(running, load, rounds))
            memory_kib.append(running[GATEWAY].memory_kib())
        head = ["viewers", *(f"{name}, µs" for name in running), f"gateway / better peer (goal {GOAL:g})"]
        each_kib = [
            (more - less) / (larger.viewers - smaller.viewers)
            for (less, more), (smaller, larger) in zip(pairwise(memory_kib), pairwise(loads), strict=True)
        ]
        parts = [
            f"CPU time of the server for each frame of 70 kB that arrived; medians of {rounds} rounds:",
            table(head, rows),
            f"Each viewer takes {each_kib[-1]:.1f} KiB of the gateway's memory (goal {MEMORY_GOAL_KIB}).",
            _stalled(running[GATEWAY], rounds=4 if quick else 10),
            _storm(running, QUICK_STORM_VIEWERS if quick else STORM_VIEWERS),
        ]
    return "\n\n".join(parts)


def _delivery_row(running: Mapping[str, Served], load: Load, rounds: int) -> Sequence[str]:
    costs: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(rounds):
        for name, served in running.items():
            costs[name].append(served.round(load)["cost_us"])
    better = [min(peers) for peers in zip(*(costs[name] for name in PEERS), strict=True)]
    ratio = median(own / peer for own, peer in zip(costs[GATEWAY], better, strict=True))
    return [f"{load.viewers:,}", *(f"{median(cost):.1f}" for cost in costs.values()), f"{ratio:.2f}"]


def _stalled(gateway: Served, rounds: int) -> str:
    figures: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    for _ in range(rounds):
        for stalled, taken in figures.items():
            gateway.stall(stalled=stalled)
            taken.append(gateway.round(STALLED_LOAD))
    gateway.stall(stalled=False)
    delay, cost = (
        median(each[what] for each in figures[True]) / median(each[what] for each in figures[False])
        for what in ("p99", "cost_us")
    )
    return (
        "While one viewer reads nothing, the 99th percentile of the delay of frames to the others is "
        f"{delay:.2f} times that without it (goal 1.1), and each takes {cost:.2f} times the CPU time."
    )


def _storm(running: Mapping[str, Served], viewers: int) -> str:
    rows = []
    for name, served in running.items():
        served.grow(viewers)
        seconds, cost_us = served.storm()
        rows.append([name, f"{seconds:.1f} s", f"{cost_us:.0f} µs"])
    return (
        f"{viewers:,} viewers lose their connections at once and come back, 100 at a time:\n\n"
        f"{table(['server', 'until all are subscribed again', 'CPU for each'], rows)}"
    )

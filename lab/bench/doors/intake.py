"""How many frames a gateway takes from RabbitMQ, beside a reader that looks at nothing."""

from __future__ import annotations

import time
from collections import defaultdict
from statistics import median

from bench.doors.programs import Program, cpu_s
from bench.doors.report import table
from onwatch_testkit.servers import RabbitServer

GOAL_PER_S = 5000


def measured(*, quick: bool) -> str:
    rounds, seconds = (2, 1.0) if quick else (5, 3.0)
    with RabbitServer.running() as rabbit:
        figures = _figures(rabbit, rounds, seconds)
    own, broker = (median(figures["gateway", name]) for name in ("reader", "broker"))
    rows = [
        [
            name,
            f"{median(figures[name, 'rate']):,.0f}",
            f"{median(figures[name, 'reader']):.0f}",
            f"{median(figures[name, 'broker']):.0f}",
        ]
        for name in ("gateway", "bare")
    ]
    ratio = median(one / other for one, other in zip(figures["gateway", "rate"], figures["bare", "rate"], strict=True))
    head = ["reader", "frames/s", "CPU of the reader, µs a frame", "of RabbitMQ, µs a published frame"]
    lost_rate, lost_broker, lost_own = (median(figures["none", name]) for name in ("rate", "broker", "reader"))
    return (
        f"{table(head, rows)}\n\n"
        f"The gateway takes {ratio:.2f} times the frames of a reader that looks at nothing. With a processor of its "
        f"own it would take {1e6 / own:,.0f} a second (goal {GOAL_PER_S:,}), and RabbitMQ with one would be through "
        f"with {1e6 / broker:,.0f}, of which it drops some. Of frames that nobody watches, {lost_rate:,.0f} were "
        f"published a second; each took {lost_broker:.0f} µs of RabbitMQ and {lost_own:.1f} µs of the gateway."
    )


def _figures(rabbit: RabbitServer, rounds: int, seconds: float) -> dict[tuple[str, str], list[float]]:
    """By reader and figure: `rate`, and µs of CPU a frame of the `reader` and the `broker`."""
    figures: dict[tuple[str, str], list[float]] = defaultdict(list)
    gateway = Program.module("bench.doors.gateway_reader", rabbit.url, "gateway")  # declares the exchange
    gateway.line()
    bare = Program.module("bench.doors.bare_reader", rabbit.port, "bare")
    bare.line()
    sources = {
        name: Program.module("bench.doors.frame_source", rabbit.port, name) for name in ("gateway", "bare", "none")
    }
    for source in sources.values():
        source.line()
    with gateway, bare:
        for _ in range(rounds):
            for name, source in sources.items():
                reader = bare if name == "bare" else gateway
                before, began_s, broker_s = reader.ask("take"), time.monotonic(), cpu_s(rabbit.pid)
                source.say("go")
                time.sleep(seconds)
                sent = source.ask("stop")["frames"]
                after = reader.ask("take")
                frames = sent if name == "none" else max(after["frames"], 1)
                figures[name, "rate"].append(frames / (time.monotonic() - began_s))
                figures[name, "reader"].append(1e6 * (after["cpu_s"] - before["cpu_s"]) / frames)
                figures[name, "broker"].append(1e6 * (cpu_s(rabbit.pid) - broker_s) / sent)
    for source in sources.values():
        source.end()
    return figures

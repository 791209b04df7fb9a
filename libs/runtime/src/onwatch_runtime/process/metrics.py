"""The Prometheus metrics of a process, whatever service it runs."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Gauge, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from onwatch_runtime.bus import Bus


class BusMetrics(Collector):
    """Read from the bus whenever metrics are requested."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def collect(self) -> Iterable[Metric]:
        counts = self._bus.counts
        yield GaugeMetricFamily(
            "onwatch_bus_connected", "1: connected to the message broker", float(self._bus.is_connected)
        )
        yield CounterMetricFamily(
            "onwatch_bus_failed_attempts_total", "Messages not handled, which are tried again", counts.failed_attempts
        )
        yield CounterMetricFamily(
            "onwatch_bus_dead_letters_total", "Messages dead-lettered here", counts.dead_letters.total()
        )
        by_queue = CounterMetricFamily(
            "onwatch_bus_queue_dead_letters_total", "Messages dead-lettered here, by their queue", labels=["queue"]
        )
        for queue, count in counts.dead_letters.items():
            by_queue.add_metric([queue], count)
        yield by_queue
        # Without a value where it is not known: then a series has a gap, and not a zero.
        waiting = self._bus.dead_letters_waiting
        yield GaugeMetricFamily(
            "onwatch_bus_dead_letters_waiting",
            "Dead letters in the broker, of all processes",
            waiting.count if waiting else None,
        )
        yield GaugeMetricFamily(
            "onwatch_bus_dead_letters_waiting_seconds",
            "For how long there have been dead letters in the broker, as far as this process has seen",
            waiting.waiting_s if waiting else None,
        )


def add_process_metrics(registry: CollectorRegistry, service: str, bus: Bus) -> None:
    """Of the program, the operating system's process, and the connection to the message broker."""
    build = Gauge("onwatch_build_info", "The version that runs", ["service", "version"], registry=registry)
    build.labels(service, version("onwatch-runtime")).set(1)
    ProcessCollector(registry=registry)
    registry.register(BusMetrics(bus))

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
        yield CounterMetricFamily("onwatch_bus_dead_letters_total", "Messages dead-lettered here", counts.dead_letters)


def add_process_metrics(registry: CollectorRegistry, service: str, bus: Bus) -> None:
    """Of the program, the operating system's process, and the connection to the message broker."""
    build = Gauge("onwatch_build_info", "The version that runs", ["service", "version"], registry=registry)
    build.labels(service, version("onwatch-runtime")).set(1)
    ProcessCollector(registry=registry)
    registry.register(BusMetrics(bus))

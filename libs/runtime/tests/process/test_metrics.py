from collections import Counter

from prometheus_client import CollectorRegistry

from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.process.metrics import add_process_metrics
from onwatch_testkit.clock import FakeClock


def test_a_process_tells_its_version_its_memory_and_what_became_of_messages():
    registry, bus = CollectorRegistry(), MemoryBus(FakeClock())
    add_process_metrics(registry, "catalog", bus)
    bus.counts.failed_attempts, bus.counts.dead_letters = 3, Counter({"work": 1, "other": 1})
    values = {sample.name: sample.value for metric in registry.collect() for sample in metric.samples}
    assert values["onwatch_build_info"] == 1
    assert values["process_resident_memory_bytes"] > 1_000_000
    assert values["onwatch_bus_connected"] == 1
    assert (values["onwatch_bus_failed_attempts_total"], values["onwatch_bus_dead_letters_total"]) == (3, 2)
    by_queue = {"queue": "work"}
    assert registry.get_sample_value("onwatch_bus_queue_dead_letters_total", by_queue) == 1
    assert "onwatch_bus_dead_letters_waiting" not in values, "nobody can list those of a bus in memory"

from __future__ import annotations

from prometheus_client import CollectorRegistry

from onwatch_aggregator.instruments import Instruments


def test_every_counter_has_the_name_of_its_service():
    registry = CollectorRegistry()
    Instruments(registry)
    assert all(metric.name.startswith("onwatch_aggregator_") for metric in registry.collect())


def test_two_services_in_one_process_count_apart():
    first, second = CollectorRegistry(), CollectorRegistry()
    Instruments(first).runs_persisted.inc()
    Instruments(second)
    assert second.get_sample_value("onwatch_aggregator_runs_persisted_total") == 0

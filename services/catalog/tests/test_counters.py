from __future__ import annotations

from prometheus_client import CollectorRegistry

from onwatch_catalog.counters import Counters


def test_every_catalog_counts_on_its_own_registry() -> None:
    first, second = CollectorRegistry(), CollectorRegistry()
    Counters(first).deletes.inc()
    Counters(second)

    assert first.get_sample_value("onwatch_catalog_deletes_total") == 1
    assert second.get_sample_value("onwatch_catalog_deletes_total") == 0

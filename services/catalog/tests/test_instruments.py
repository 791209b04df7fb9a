from __future__ import annotations

from prometheus_client import CollectorRegistry

from onwatch_catalog.instruments import Instruments


def test_every_catalog_has_its_own_registry() -> None:
    first, second = CollectorRegistry(), CollectorRegistry()
    Instruments(first).deletes.inc()
    Instruments(second)

    assert first.get_sample_value("onwatch_catalog_deletes_total") == 1
    assert second.get_sample_value("onwatch_catalog_deletes_total") == 0

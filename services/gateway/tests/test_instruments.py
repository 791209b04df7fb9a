"""Metrics exist from the start, at zero."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from onwatch_gateway.instruments import Instruments


@pytest.mark.parametrize(
    "name",
    [
        "viewers",
        "videos_wanted",
        "frames_received_total",
        "frames_sent_total",
        "frames_dropped_total",
        "broadcasts_skipped_total",
    ],
)
def test_every_metric_exists(name: str) -> None:
    registry = CollectorRegistry()
    Instruments(registry)
    assert registry.get_sample_value(f"onwatch_gateway_{name}") == 0

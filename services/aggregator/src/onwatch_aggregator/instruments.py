"""The aggregator's Prometheus metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class Instruments:
    """Counters on the service's own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.claims = Counter("onwatch_aggregator_claims_total", "Claims, by outcome", ["outcome"], registry=registry)
        self.batches = Counter(
            "onwatch_aggregator_batches_total", "Metric batches, by outcome", ["outcome"], registry=registry
        )
        self.runs_persisted = Counter(
            "onwatch_aggregator_runs_persisted_total", "Runs written to SQL", registry=registry
        )
        self.runs_inconsistent = Counter(
            "onwatch_aggregator_runs_inconsistent_total",
            "Final runs whose rows and counts do not agree; they need inspection",
            registry=registry,
        )
        self.recounts = Counter(
            "onwatch_aggregator_recounts_total",
            "Recounts from logs of detections, by outcome",
            ["outcome"],
            registry=registry,
        )

"""The aggregator's Prometheus metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

COMMIT_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
PERSIST_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)


class Instruments:
    """The metrics, on the service's own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.claims = Counter("onwatch_aggregator_claims_total", "Claims, by outcome", ["outcome"], registry=registry)
        self.batches = Counter(
            "onwatch_aggregator_batches_total", "Metric batches, by outcome", ["outcome"], registry=registry
        )
        self.commit_seconds = Histogram(
            "onwatch_aggregator_commit_seconds",
            "Applying a batch to Redis, without those that failed",
            buckets=COMMIT_BUCKETS_S,
            registry=registry,
        )
        self.persist_seconds = Histogram(
            "onwatch_aggregator_persist_seconds",
            "Writing a run to SQL",
            buckets=PERSIST_BUCKETS_S,
            registry=registry,
        )
        self.leases_expired = Counter(
            "onwatch_aggregator_leases_expired_total", "Runs lost by workers that died or hung", registry=registry
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

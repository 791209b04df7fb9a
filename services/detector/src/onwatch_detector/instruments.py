"""The detector's own metrics, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class Instruments:
    """`onwatch_detector_*`; the names are part of the product: dashboards and alerts use them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.frames_decoded = Counter(
            "onwatch_detector_frames_decoded", "Frames decoded and analysed", registry=registry
        )
        self.frames_published = Counter(
            "onwatch_detector_frames_published", "Frames encoded and sent to viewers", registry=registry
        )
        self.runs_active = Gauge("onwatch_detector_runs_active", "Runs this worker holds", registry=registry)
        self.runs_lost = Counter(
            "onwatch_detector_runs_lost", "Runs given up because a commit was rejected or timed out", registry=registry
        )
        self.runs_failed = Counter("onwatch_detector_runs_failed", "Runs that need a person to act", registry=registry)

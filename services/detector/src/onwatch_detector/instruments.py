"""The detector's own metrics, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

FRAME_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.1, 0.2, 0.5, 2.0)
COMMIT_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Instruments:
    """`onwatch_detector_*`; the names are part of the product: dashboards and alerts use them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.frames_decoded = Counter(
            "onwatch_detector_frames_decoded", "Frames decoded and analysed", registry=registry
        )
        self.frames_inferred = Counter(
            "onwatch_detector_frames_inferred", "Analysed frames that the model was run on", registry=registry
        )
        self.frames_still = Counter(
            "onwatch_detector_frames_still",
            "Analysed frames that were not inferred: they show nothing new, or lie between inferred ones",
            registry=registry,
        )
        self.frames_published = Counter(
            "onwatch_detector_frames_published", "Frames encoded and sent to viewers", registry=registry
        )
        self.frame_seconds = Histogram(
            "onwatch_detector_frame_seconds",
            "Waiting for the next frame of a run to be decoded and inferred, and counting it",
            buckets=FRAME_BUCKETS_S,
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "onwatch_detector_commit_seconds",
            "From a batch sent to its acknowledgement",
            buckets=COMMIT_BUCKETS_S,
            registry=registry,
        )
        self.slots = Gauge("onwatch_detector_slots", "Runs that this worker may hold", registry=registry)
        self.runs_active = Gauge("onwatch_detector_runs_active", "Runs this worker holds", registry=registry)
        self.runs_lost = Counter(
            "onwatch_detector_runs_lost", "Runs given up because a commit was rejected or timed out", registry=registry
        )
        self.runs_failed = Counter("onwatch_detector_runs_failed", "Runs that need a person to act", registry=registry)

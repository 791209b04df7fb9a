"""The Prometheus metrics of the gateway."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class Instruments:
    """The metrics of one gateway, on its own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.viewers = Gauge("onwatch_gateway_viewers", "Open connections", registry=registry)
        self.subscriptions = Gauge("onwatch_gateway_subscriptions", "Connections with a video", registry=registry)
        self.videos_wanted = Gauge("onwatch_gateway_videos_wanted", "Videos demanded here", registry=registry)
        self.frames_received = self._counter(registry, "frames_received_total", "Frames from the bus")
        self.broadcasts_skipped = self._counter(
            registry, "broadcasts_skipped_total", "Frames without a subscriber when they arrived"
        )
        self.frames_sent = self._counter(registry, "frames_sent_total", "Frames sent to viewers")
        self.frames_dropped = self._counter(
            registry, "frames_dropped_total", "Frames replaced by newer ones before a slow viewer received them"
        )

    @staticmethod
    def _counter(registry: CollectorRegistry, name: str, documentation: str) -> Counter:
        return Counter(f"onwatch_gateway_{name}", documentation, registry=registry)

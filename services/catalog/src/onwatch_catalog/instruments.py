"""The Prometheus metrics of the catalog."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from onwatch_catalog.demand import PEAK_WINDOW_S


class Instruments:
    """The metrics, on the service's own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.uploads = Counter("onwatch_catalog_uploads_total", "Uploads, by outcome", ["outcome"], registry=registry)
        self.upload_bytes = Counter(
            "onwatch_catalog_upload_bytes_total", "Bytes of files written, refused ones included", registry=registry
        )
        self.joins = Counter("onwatch_catalog_joins_total", "Joins, by outcome", ["outcome"], registry=registry)
        self.webhook_attempts = Counter(
            "onwatch_catalog_webhook_attempts_total", "Attempts to deliver, by outcome", ["outcome"], registry=registry
        )
        self.deletes = Counter("onwatch_catalog_deletes_total", "Videos deleted", registry=registry)
        self.analyses_wanted = Gauge(
            "onwatch_catalog_analyses_wanted", "Videos demanded by requested analyses", registry=registry
        )
        self.analyses_waiting = Gauge(
            "onwatch_catalog_analyses_waiting",
            "Requested analyses that are not demanded yet, because no slot is free, to scale detectors by",
            registry=registry,
        )
        self.videos_demanded = Gauge(
            "onwatch_catalog_videos_demanded",
            "Videos demanded in the whole system, by viewers at any gateway or by analyses, each counted once",
            registry=registry,
        )
        self.videos_demanded_peak = Gauge(
            "onwatch_catalog_videos_demanded_peak",
            f"The most videos demanded at one time within the last {PEAK_WINDOW_S:g} s, to scale detectors by",
            registry=registry,
        )
        self.outbox_blocked_seconds = Gauge(
            "onwatch_catalog_outbox_blocked_seconds", "Since when no message can be published", registry=registry
        )
        self.disk_free_bytes = Gauge(
            "onwatch_catalog_disk_free_bytes", "Free on the file system of the videos", registry=registry
        )
        self.mqtt_connected = Gauge(
            "onwatch_catalog_mqtt_connected", "Whether the MQTT broker is connected", registry=registry
        )
        self.mqtt_messages = Counter(
            "onwatch_catalog_mqtt_messages_total", "Messages that the MQTT broker confirmed", registry=registry
        )

"""The Prometheus metrics of the catalog."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class Instruments:
    """The metrics, on the service's own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.uploads = Counter("onwatch_catalog_uploads_total", "Uploads, by outcome", ["outcome"], registry=registry)
        self.upload_bytes = Counter(
            "onwatch_catalog_upload_bytes_total", "Bytes of files written, refused ones included", registry=registry
        )
        self.joins = Counter("onwatch_catalog_joins_total", "Joins, by outcome", ["outcome"], registry=registry)
        self.deletes = Counter("onwatch_catalog_deletes_total", "Videos deleted", registry=registry)

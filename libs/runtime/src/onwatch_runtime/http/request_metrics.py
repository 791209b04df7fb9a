"""Counts HTTP requests, by method and status, and how long their answers take to begin."""

from __future__ import annotations

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# All others are one, so that a client cannot make series up.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class RequestMetrics:
    """An ASGI app that passes everything on to another. Until an answer begins, because a video is sent for minutes."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry, service: str) -> None:
        self.app = app
        self._requests = Counter(
            f"onwatch_{service}_http_requests_total", "HTTP requests answered", ["method", "status"], registry=registry
        )
        self._seconds = Histogram(
            f"onwatch_{service}_http_request_seconds",
            "Until the answer to an HTTP request begins",
            ["method"],
            buckets=BUCKETS_S,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "other"
        began_s = perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._requests.labels(method, str(message["status"])).inc()
                self._seconds.labels(method).observe(perf_counter() - began_s)
            await send(message)

        await self.app(scope, receive, counted)

"""The two apps of a process: health for operators from the first moment, the service's own app once it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from prometheus_client import CollectorRegistry
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_runtime.http.health import PHASE, SECURITY_HEADERS, Check, ops_app
from onwatch_runtime.http.metrics import RegistryCollector
from onwatch_runtime.http.problems import ProblemError, to_response
from onwatch_runtime.observe import TRACEPARENT, span


class Phase(StrEnum):
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"


class NotReady(Exception):
    """The process must get no new work: it is starting or stopping."""


class Starting(ProblemError):
    status = 503
    code = "starting"
    title = "Starting"

    def __init__(self) -> None:
        super().__init__("The service is starting; try again in a moment.")
        self.headers = {"retry-after": "1", **SECURITY_HEADERS}


class FrontEnd:
    """An ASGI app, and beside it `ops`, that of operators.

    It answers 503 until there is an app to serve and the phase is no longer `STARTING`.
    """

    def __init__(self, name: str) -> None:
        self.phase = Phase.STARTING
        self._registry = CollectorRegistry()
        self._checks: dict[str, Check] = {PHASE: self._check_phase}
        self._app: ASGIApp | None = None
        self.ops: ASGIApp = ops_app(name, self._checks, self._registry)

    def mount(self, app: ASGIApp, checks: Mapping[str, Check], registry: CollectorRegistry) -> None:
        """Serve the app, and report the checks and metrics of its service."""
        self._checks |= checks
        self._registry.register(RegistryCollector(registry))
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is not None and self.phase is not Phase.STARTING:
            await self._serve(self._app, scope, receive, send)
        elif scope["type"] == "http":
            await to_response(Starting(), scope["path"])(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1013, "reason": "starting"})

    async def _serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """A request is a span of the trace that its headers name. A WebSocket is none: it may last days."""
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        with span(scope["method"], Headers(scope=scope).get(TRACEPARENT)) as request:
            try:
                await app(scope, receive, send)
            finally:
                if route := scope.get("route"):
                    request.update_name(f"{scope['method']} {route.path}")

    async def _check_phase(self) -> None:
        if self.phase is not Phase.READY:
            raise NotReady(self.phase)

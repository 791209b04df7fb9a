"""Routes each public request to its upstream service, or to the channel."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_contracts.upload_requests import is_upload
from onwatch_gateway.channel import no_channel
from onwatch_gateway.errors import ForeignOrigin, NotPublic, to_response
from onwatch_gateway.origins import origin_allowed
from onwatch_gateway.proxy import Upstreams
from onwatch_gateway.status import STATUS_PATH
from onwatch_runtime.http import BodyLimit

CHANNEL_PATH = "/ws"
DESCRIPTION_PATH = "/api/openapi.json"
DOCS_PATH = "/api/docs"
PAGE_OF_API = "/api-docs"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # of RFC 9110; any other may change something

Destination = Literal["aggregator", "catalog", "dashboard", "nowhere"]

# The first match on the decoded path wins.
ROUTES: tuple[tuple[re.Pattern[str], Destination], ...] = (
    # A service may resolve `..`, and then answer with something that is not public.
    (re.compile(r"(^|[/\\])\.{1,2}([/\\]|$)"), "nowhere"),
    (re.compile(r"^/+internal(/|$)"), "nowhere"),
    (re.compile(r"^/api/videos/[^/]+/(metrics|vehicles|runs)([/.]|$)"), "aggregator"),
    # What is counted is the catalog's, what was counted the aggregator's.
    (
        re.compile(r"^/api/videos/[^/]+/(counts|results|evidence|flows|visits|crossings|recount|detections)([/.]|$)"),
        "aggregator",
    ),
    (re.compile(r"^/api/videos/[^/]+/(alerts|alert-rules|alert-replay)(/|$)"), "aggregator"),
    (re.compile(r"^/api/(counts|alerts)([/.]|$)"), "aggregator"),
    (re.compile(r"^/api(/|$)"), "catalog"),
    (re.compile(r"^/"), "dashboard"),
)


def destination(path: str) -> Destination:
    return next((destination for pattern, destination in ROUTES if pattern.search(path)), "nowhere")


def _is_upload(scope: Scope) -> bool:
    """The only requests with large bodies; the catalog limits them while they arrive."""
    return is_upload(scope["method"], scope["path"])


@dataclass(frozen=True)
class Router:
    """The gateway's ASGI app."""

    channel: ASGIApp
    upstreams: Upstreams
    description: ASGIApp
    """Of the API."""
    status: ASGIApp
    """Of the system."""
    allowed_origins: Collection[str] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app_for(scope)
        await (app if scope["type"] == "websocket" else BodyLimit(app, _is_upload))(scope, receive, send)

    def _app_for(self, scope: Scope) -> ASGIApp:
        if scope["type"] == "websocket":
            return self.channel if scope["path"] == CHANNEL_PATH else no_channel
        if refusal := self._refusal(scope):
            return to_response(refusal, scope["path"])
        if scope["path"] == DESCRIPTION_PATH and scope["method"] in SAFE_METHODS:
            return self.description
        if scope["path"] == STATUS_PATH:
            return self.status
        if scope["path"] == DOCS_PATH and scope["method"] in SAFE_METHODS:
            return RedirectResponse(PAGE_OF_API)
        match destination(scope["path"]):
            case "aggregator":
                return self.upstreams.aggregator
            case "catalog":
                return self.upstreams.catalog
            case "dashboard":
                return self.upstreams.dashboard
            case "nowhere":
                return to_response(NotPublic(), scope["path"])

    def _refusal(self, scope: Scope) -> ForeignOrigin | None:
        """A page of another site may not change anything, even where the browser would hide the response from it."""
        if scope["method"] in SAFE_METHODS:
            return None
        headers = Headers(scope=scope)
        origin, host = headers.get("origin"), headers.get("host")
        return None if origin_allowed(origin, host, self.allowed_origins) else ForeignOrigin(origin, host)

"""The one public door: which path goes where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from onwatch_gateway.errors import NotPublic, answer
from onwatch_gateway.proxy import Upstreams

CHANNEL_PATH = "/ws"

Destination = Literal["aggregator", "catalog", "dashboard", "nowhere"]

# The first that matches the decoded path.
ROUTES: tuple[tuple[re.Pattern[str], Destination], ...] = (
    # A service may resolve `..`, and then answer with what is not public.
    (re.compile(r"(^|[/\\])\.{1,2}([/\\]|$)"), "nowhere"),
    (re.compile(r"^/+internal(/|$)"), "nowhere"),
    (re.compile(r"^/api/videos/[^/]+/(metrics|vehicles|runs)([/.]|$)"), "aggregator"),
    (re.compile(r"^/api(/|$)"), "catalog"),
    (re.compile(r"^/"), "dashboard"),
)


def destination(path: str) -> Destination:
    return next((destination for pattern, destination in ROUTES if pattern.search(path)), "nowhere")


@dataclass(frozen=True)
class Door:
    """The gateway's ASGI app."""

    channel: ASGIApp
    upstreams: Upstreams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app_for(scope)(scope, receive, send)

    def _app_for(self, scope: Scope) -> ASGIApp:
        if scope["type"] == "websocket":
            return self.channel if scope["path"] == CHANNEL_PATH else WebSocketClose()
        match destination(scope["path"]):
            case "aggregator":
                return self.upstreams.aggregator
            case "catalog":
                return self.upstreams.catalog
            case "dashboard":
                return self.upstreams.dashboard
            case "nowhere":
                return answer(NotPublic(), scope["path"])

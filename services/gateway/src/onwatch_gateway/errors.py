"""HTTP errors of the gateway itself, as problem documents."""

from __future__ import annotations

import logging

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from onwatch_runtime.http import ProblemError
from onwatch_runtime.http import to_response as to_response

log = logging.getLogger(__name__)


async def refuse(refusal: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with the problem; a WebSocket before its handshake, without a reason where the server has none.

    Browsers show a page nothing of a refused WebSocket, so that only the log tells why.
    """
    if scope["type"] == "websocket":
        log.info("connection refused: %s", refusal)
        if "websocket.http.response" not in scope.get("extensions", {}):
            await WebSocket(scope, receive, send).close()
            return
    await to_response(refusal, scope["path"])(scope, receive, send)


class NotPublic(ProblemError):
    """Nothing at this path is public."""

    status = 404
    code = "not_found"
    title = "Not found"

    def __init__(self) -> None:
        super().__init__("There is nothing at this address.")


class ForeignOrigin(ProblemError):
    """A page of another site requested the channel or a change."""

    status = 403
    code = "origin_refused"
    title = "Origin refused"

    def __init__(self, origin: str | None, host: str | None) -> None:
        super().__init__(
            f"Pages of {(origin or '')[:200]} may neither open the channel of {(host or '')[:200]} nor make changes; "
            "ONWATCH_GATEWAY_ALLOWED_ORIGINS lists the other sites that may."
        )


class TooManyConnections(ProblemError):
    """The gateway has reached its connection limit, or is shutting down."""

    status = 503
    code = "too_many_connections"
    title = "Too many connections"

    def __init__(self) -> None:
        super().__init__("The gateway accepts no more connections at present; try again in a moment.")
        self.headers = {"retry-after": "2"}


class UpstreamUnavailable(ProblemError):
    """An upstream service could not be reached."""

    status = 502
    code = "upstream_unavailable"
    title = "Service unavailable"

    def __init__(self, service: str) -> None:
        super().__init__(f"The {service} cannot be reached; try again in a moment.")


class UpstreamTimeout(ProblemError):
    """An upstream service was reached but did not answer in time."""

    status = 504
    code = "upstream_unavailable"
    title = "Service too slow"

    def __init__(self, service: str) -> None:
        super().__init__(f"The {service} did not answer in time; try again in a moment.")

"""A limit for the bodies of requests."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onwatch_contracts.site_requests import MAX_SITE_FILE_BYTES, is_site_file
from onwatch_runtime.http.problems import ProblemError, to_response

MAX_BODY_BYTES = 64 * 1024  # a polygon of 64 points and a calibration have about 4 KiB


class BodyTooLarge(ProblemError):
    status = 413
    code = "body_too_large"
    title = "Body too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The body of the request is larger than {limit_bytes} bytes.")


def max_body_bytes(scope: Scope) -> int:
    """The limit of a request, the same in a service and in the gateway before it."""
    return MAX_SITE_FILE_BYTES if is_site_file(scope["method"], scope["path"]) else MAX_BODY_BYTES


class BodyLimit:
    """Middleware that reads a body before the app gets it, and answers 413 as soon as it is too large.

    An app would read it whole before it could refuse it: measured with 300 MB of JSON, 830 MB of memory. Requests that
    `is_streamed` selects are passed on unread; `max_bytes` is the limit of a request.
    """

    def __init__(
        self,
        app: ASGIApp,
        is_streamed: Callable[[Scope], bool] = lambda _: False,
        max_bytes: Callable[[Scope], int] = max_body_bytes,
    ) -> None:
        self._app = app
        self._is_streamed = is_streamed
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope) or self._is_streamed(scope):
            await self._app(scope, receive, send)
            return
        try:
            received = await self._read(scope, receive)
        except BodyTooLarge as error:
            await to_response(error, scope["path"])(scope, receive, send)
        else:
            await self._app(scope, _first(received, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> Message:
        """The whole body as one message, or the disconnection of the client."""
        max_bytes = self._max_bytes(scope)
        if _declared_bytes(scope) > max_bytes:
            raise BodyTooLarge(max_bytes)
        body = bytearray()
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if len(body) > max_bytes:
                raise BodyTooLarge(max_bytes)
            if not message.get("more_body", False):
                return {"type": "http.request", "body": bytes(body), "more_body": False}
        return message


def _has_body(scope: Scope) -> bool:
    return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _declared_bytes(scope: Scope) -> int:
    values = [value for name, value in scope["headers"] if name.lower() == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() else 0


def _first(message: Message, receive: Receive) -> Receive:
    """Receives the message, then what follows it."""
    waiting = [message]

    async def receive_next() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_next

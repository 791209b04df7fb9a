"""A response with a file, whose refusal of a range is a problem document."""

from __future__ import annotations

from http import HTTPStatus

from fastapi.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from onwatch_catalog.errors import RangeNotSatisfiable
from onwatch_runtime.http import to_response

REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)


class RangedFile(FileResponse):
    """Answers 416 to a range that cannot be read or lies outside of the file, both of which Starlette says in text."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_refused = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal is_refused
            if message["type"] == "http.response.start":
                is_refused = message["status"] in REFUSALS
            if not is_refused:
                await send(message)

        await super().__call__(scope, receive, send_unless_refused)
        if is_refused:
            refusal = RangeNotSatisfiable(int(self.headers["content-length"]))
            await to_response(refusal, scope["path"])(scope, receive, send)

"""A response with a file, which may be deleted meanwhile, and whose refusals are problem documents."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from onwatch_catalog.errors import RangeNotSatisfiable
from onwatch_runtime.http import ProblemError, to_response

REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)


class RangedFile(FileResponse):
    """Answers 416 to a range that cannot be read or lies outside of the file, both of which Starlette says in text.

    `missing` is the answer when the file is deleted before its first byte was read; later, it is sent to its end.
    """

    def __init__(self, path: Path, status_code: int = 200, *, missing: ProblemError, **options: Any) -> None:
        """`status_code` is here because FastAPI takes its default for the OpenAPI document."""
        super().__init__(path, status_code, **options)
        self._missing = missing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal: ProblemError | None = None
        start: Message | None = None
        is_started = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal refusal, start, is_started
            if message["type"] == "http.response.start":
                start = message  # held back until the file is open
                if message["status"] in REFUSALS:
                    refusal = RangeNotSatisfiable(int(self.headers["content-length"]))
            elif refusal is None:
                if start is not None and not is_started:
                    is_started = True
                    await send(start)
                await send(message)

        try:
            await super().__call__(scope, receive, send_unless_refused)
        except (FileNotFoundError, RuntimeError):  # Starlette's, for a file that is missing at first
            if is_started or await asyncio.to_thread(Path(self.path).is_file):
                raise
            refusal = self._missing
        if refusal is not None:
            await to_response(refusal, scope["path"])(scope, receive, send)

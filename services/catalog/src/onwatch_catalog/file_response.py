"""A response with a file, which may be deleted meanwhile, and whose refusals are problem documents."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from stat import S_IFREG
from typing import Any

from fastapi.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from onwatch_catalog.errors import RangeNotSatisfiable, StoreUnavailable
from onwatch_media import StoredFile, VideoSource
from onwatch_runtime.http import ProblemError, to_response

REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)


READERS = ThreadPoolExecutor(32, "stored files")
"""Apart from other threads, which a store that is away would occupy."""
CHUNK_BYTES = 256 * 1024


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
        except (OSError, RuntimeError) as error:
            refusal = None if is_started else await self._refusal(error)
            if refusal is None:
                raise
        if refusal is not None:
            await to_response(refusal, scope["path"])(scope, receive, send)

    async def _refusal(self, error: OSError | RuntimeError) -> ProblemError | None:
        """The answer in place of a file of which nothing was sent; None: it is there. `RuntimeError` is Starlette's."""
        if isinstance(error, FileNotFoundError | RuntimeError) and not await asyncio.to_thread(Path(self.path).is_file):
            return self._missing
        return None


class RangedStoredFile(RangedFile):
    """Of a file in a store, whose ranges are read and sent on."""

    chunk_size = CHUNK_BYTES

    def __init__(self, file: StoredFile, status_code: int = 200, *, missing: ProblemError, **options: Any) -> None:
        stat = os.stat_result((S_IFREG, 0, 0, 1, 0, 0, file.size_bytes, 0, 0, 0))
        super().__init__(Path(file.path), status_code, missing=missing, stat_result=stat, **options)
        self._file = file

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        """The content at an address never changes: its size is ETag enough, and it has no time of modification."""
        self.headers.setdefault("content-length", str(stat_result.st_size))
        self.headers.setdefault("etag", f'"{stat_result.st_size:x}"')

    def _should_use_range(self, http_if_range: str) -> bool:
        return http_if_range == self.headers["etag"]

    async def _refusal(self, error: OSError | RuntimeError) -> ProblemError | None:
        if isinstance(error, StoreUnavailable):
            return error
        return self._missing if isinstance(error, FileNotFoundError) else None

    @asynccontextmanager
    async def _open_file(self) -> AsyncIterator[_Reading]:  # type: ignore[override]  # as much as Starlette uses of it
        yield _Reading(self._file)


@dataclass
class _Reading:
    """As much of an asynchronous file as a response needs."""

    file: StoredFile
    at: int = 0

    async def seek(self, offset: int) -> None:
        self.at = offset

    async def read(self, size: int) -> bytes:
        content = await asyncio.get_running_loop().run_in_executor(READERS, self.file.read, self.at, size)
        self.at += len(content)
        return content


def ranged(file: VideoSource, *, missing: ProblemError, **options: Any) -> RangedFile:
    if isinstance(file, Path):
        return RangedFile(file, missing=missing, **options)
    return RangedStoredFile(file, missing=missing, **options)

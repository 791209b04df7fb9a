"""Fetches a file over HTTP: every connection, also of a redirection, is to a checked address; resumed when cut."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin, urlsplit

from httpcore import (
    AsyncConnectionPool,
    NetworkError,
    ProtocolError,
    Request,
    Response,
    TimeoutException,
    default_ssl_context,
)

from onwatch_catalog.downloads.errors import (
    DownloadFailed,
    DownloadHostNotAllowed,
    DownloadTooSlow,
    InvalidDownloadUrl,
    RedirectRefused,
)
from onwatch_catalog.downloads.hosts import checked_url
from onwatch_catalog.network import Allowed, CheckedBackend, Resolve, TargetRefused

USER_AGENT = "Onwatch-Downloads/1"
MAX_REDIRECTS = 5
MAX_RESUMED = 3
OK, PARTIAL = 200, 206
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CONTENT_RANGE = re.compile(r"bytes ([0-9]+)-[0-9]+/([0-9]+)")

Write = Callable[[bytes, int], Awaitable[None]]
"""Takes the next bytes, and how many there are with them."""
Declared = Callable[[int], Awaitable[None]]
"""Takes the size of the whole file, and raises what refuses it."""


@dataclass(frozen=True)
class TimeLimits:
    idle_s: float
    total_s: float


@dataclass
class _Fetched:
    """How far a download is, and what the server said of the file."""

    received_bytes: int = 0
    size_bytes: int | None = None
    validator: str | None = None
    is_resumable: bool = False


class Fetcher:
    """No proxy is used, and no cookie or password is sent."""

    def __init__(self, hosts: Allowed, resolve: Resolve, limits: TimeLimits) -> None:
        self._backend = CheckedBackend(hosts, resolve)
        self._limits = limits

    async def fetch(self, url: str, declared: Declared, write: Write) -> int:
        """The size of the file, of which `write` got every byte in order; a `ProblemError` on any failure."""
        try:
            async with asyncio.timeout(self._limits.total_s):
                return await self._fetch(url, declared, write)
        except TimeoutError as error:
            raise DownloadTooSlow(f"it took longer than {self._limits.total_s:g} s") from error
        except TimeoutException as error:
            raise DownloadTooSlow(f"nothing arrived for {self._limits.idle_s:g} s") from error
        except socket.gaierror as error:
            raise DownloadFailed(f"the host is not found: {error.strerror}") from error
        except (NetworkError, ProtocolError, UnicodeError) as error:
            raise DownloadFailed(f"the connection failed: {error or type(error).__name__}"[:300]) from error

    async def _fetch(self, url: str, declared: Declared, write: Write) -> int:
        file = _Fetched()
        for resumed in range(MAX_RESUMED + 1):
            try:
                async with self._opened(url, file) as response:
                    await self._begin(response, file, declared)
                    async for chunk in response.aiter_stream():
                        file.received_bytes += len(chunk)
                        await write(chunk, file.received_bytes)
                return file.received_bytes
            except (NetworkError, ProtocolError) as error:
                if file.received_bytes and not file.is_resumable:
                    raise DownloadFailed(
                        f"the connection was cut after {file.received_bytes} bytes, and the host cannot resume"
                    ) from error
                if not file.received_bytes or resumed == MAX_RESUMED:
                    raise
        raise AssertionError("the last try returned or raised")

    async def _begin(self, response: Response, file: _Fetched, declared: Declared) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        if headers.get("content-encoding", "identity") != "identity":
            raise DownloadFailed(f"it is encoded as {headers['content-encoding'][:50]}")
        if file.received_bytes:
            _check_continues(response.status, headers.get("content-range", ""), file)
        elif response.status != OK:
            raise DownloadFailed(f"the answer was {response.status}")
        else:
            length = headers.get("content-length", "")
            file.size_bytes = int(length) if length.isdecimal() else None
            etag = headers.get("etag", "W/")
            file.validator = headers.get("last-modified") if etag.startswith("W/") else etag
            file.is_resumable = headers.get("accept-ranges") == "bytes" and file.size_bytes is not None
            if file.size_bytes is not None:
                await declared(file.size_bytes)

    @asynccontextmanager
    async def _opened(self, url: str, file: _Fetched) -> AsyncIterator[Response]:
        """The answer that is no redirection."""
        context = await asyncio.to_thread(_tls_context)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._limits.idle_s)
        for redirects in range(MAX_REDIRECTS + 1):
            async with AsyncConnectionPool(context, network_backend=self._backend) as pool:
                try:
                    response = await pool.handle_async_request(_request(url, file, timeouts))
                except TargetRefused as error:
                    raise (RedirectRefused if redirects else DownloadHostNotAllowed)(str(error)) from error
                except socket.gaierror:
                    raise
                except OSError as error:
                    raise DownloadFailed(f"the connection failed: {error}") from error
                try:
                    if response.status not in REDIRECTS:
                        yield response
                        return
                    url = _redirected(url, response)
                finally:
                    await response.aclose()
        raise RedirectRefused(f"it redirects more than {MAX_REDIRECTS} times")


def _request(url: str, file: _Fetched, timeouts: dict[str, float]) -> Request:
    headers = {"host": urlsplit(url).netloc, "user-agent": USER_AGENT, "accept-encoding": "identity"}
    if file.received_bytes:
        headers["range"] = f"bytes={file.received_bytes}-"
        if file.validator:
            headers["if-range"] = file.validator
    return Request("GET", url, headers=list(headers.items()), extensions={"timeout": timeouts})


def _check_continues(status: int, content_range: str, file: _Fetched) -> None:
    """The same file, from where it was cut."""
    found = CONTENT_RANGE.fullmatch(content_range)
    if status != PARTIAL or not found or (int(found[1]), int(found[2])) != (file.received_bytes, file.size_bytes):
        raise DownloadFailed(
            f"the connection was cut after {file.received_bytes} bytes, and the host does not go on from there"
        )


def _redirected(url: str, response: Response) -> str:
    """`RedirectRefused` for what is not HTTP, and for HTTP after HTTPS."""
    location = {name.lower(): value for name, value in response.headers}.get(b"location", b"")
    try:
        target = checked_url(urljoin(url, location.decode("ascii")))
    except (InvalidDownloadUrl, ValueError) as error:
        raise RedirectRefused("it is not an address of HTTP") from error
    if not location:
        raise RedirectRefused("it names none")
    if url.startswith("https:") and not target.startswith("https:"):
        raise RedirectRefused("it is not encrypted, as the first one is")
    return target


@cache
def _tls_context() -> ssl.SSLContext:
    """Read once: it takes 50 ms."""
    return default_ssl_context()

"""The reverse proxy: a service in another process, as an ASGI app."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass

import httpx
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_gateway.errors import UpstreamTimeout, UpstreamUnavailable, to_response
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.http import UNUSED_CONNECTION_S, ProblemError, service_headers
from onwatch_runtime.observe import TRACEPARENT, current_traceparent
from onwatch_runtime.tls import with_tls_failure

log = logging.getLogger(__name__)

RawHeaders = list[tuple[bytes, bytes]]
NO_HEADERS: RawHeaders = []

# RFC 9110 section 7.6.1: they describe one connection, not the message.
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding "
    b"upgrade".split()
)
# `_forwarded`, the trace and httpx set their own; the servers on both sides answer Expect themselves.
NOT_FORWARDED = HOP_BY_HOP | {
    b"host",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"expect",
    TRACEPARENT.encode(),
}
NOT_RETURNED = HOP_BY_HOP | {b"date", b"server"}  # the public server sets its own


@dataclass(frozen=True)
class Upstreams:
    """The services behind the gateway, each an ASGI app: the service's own, or an `HttpUpstream`."""

    catalog: ASGIApp
    aggregator: ASGIApp
    dashboard: ASGIApp
    lifespan: Callable[[], AbstractAsyncContextManager[None]] = nullcontext


def http_upstreams(settings: GatewaySettings) -> Upstreams:
    """The services at their configured addresses, with one shared connection pool."""
    transport = httpx.AsyncHTTPTransport(
        verify=settings.tls.context(),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=UNUSED_CONNECTION_S),
    )
    secret = [(name.encode(), value.encode()) for name, value in service_headers(settings.service_secret).items()]
    timeout = httpx.Timeout(settings.upstream_read_timeout_s, connect=settings.upstream_connect_timeout_s)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with transport:
            yield

    return Upstreams(
        catalog=HttpUpstream("catalog", settings.catalog_url, transport, timeout, secret),
        aggregator=HttpUpstream("aggregator", settings.aggregator_url, transport, timeout, secret),
        dashboard=HttpUpstream("dashboard", settings.dashboard_url, transport, timeout),
        lifespan=lifespan,
    )


class IncompleteResponse(Exception):
    """A service stopped in the middle of its response; the viewer must not take the part for the whole."""


class HttpUpstream:
    """Forwards requests, with bodies streamed both ways. Redirects and cookies are left to the browser."""

    def __init__(
        self,
        service: str,
        base_url: str,
        transport: httpx.AsyncBaseTransport,
        timeout: httpx.Timeout,
        secret: RawHeaders = NO_HEADERS,
    ) -> None:
        self._service = service
        self._base_url = httpx.URL(base_url)
        self._transport = transport
        self._timeout = timeout
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward until answered. A viewer that disconnects cancels the request to the service."""
        body = _RequestBody(receive)
        async with asyncio.TaskGroup() as tasks:
            forwarding = tasks.create_task(self._forward(scope, receive, body, send))
            disconnect = tasks.create_task(body.until_disconnect())
            await asyncio.wait({forwarding, disconnect}, return_when=asyncio.FIRST_COMPLETED)
            forwarding.cancel()
            disconnect.cancel()

    async def _forward(self, scope: Scope, receive: Receive, body: _RequestBody, send: Send) -> None:
        try:
            response = await self._send(self._request(scope, body))
        except ProblemError as problem:
            await to_response(problem, scope["path"])(scope, receive, send)
        except ClientDisconnect:
            log.debug("the viewer disconnected during %s %s", scope["method"], scope["path"])
        else:
            await self._return(response, send)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._transport.handle_async_request(request)
        except httpx.ConnectTimeout as error:
            log.warning("no connection to the %s at %s in time", self._service, self._base_url)
            raise UpstreamUnavailable(self._service) from error
        except httpx.TimeoutException as error:
            log.warning("the %s did not answer %s %s in time", self._service, request.method, request.url)
            raise UpstreamTimeout(self._service) from error
        except httpx.TransportError as error:
            why = with_tls_failure(repr(error), error)
            log.warning("the %s at %s cannot be reached: %s", self._service, self._base_url, why)
            raise UpstreamUnavailable(self._service) from error

    async def _return(self, response: httpx.Response, send: Send) -> None:
        headers = without(NOT_RETURNED, response.headers.raw)
        try:
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except httpx.TransportError as error:
            raise IncompleteResponse(f"the {self._service} stopped in the middle of its response") from error
        finally:
            await response.aclose()

    def _request(self, scope: Scope, body: _RequestBody) -> httpx.Request:
        headers: RawHeaders = list(scope["headers"])
        has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in headers)
        if not has_body:
            body.mark_read()
        # A plain Request: one made by an httpx client would add its own Accept-Encoding and User-Agent.
        return httpx.Request(
            scope["method"],
            self._base_url.copy_with(raw_path=_target(scope)),
            headers=[*without(NOT_FORWARDED, headers), *_forwarded(scope), *_trace(), *self._secret],
            content=body.chunks() if has_body else None,
            extensions={"timeout": self._timeout.as_dict()},
        )


class _RequestBody:
    """The only reader of a request: first of its body, then of the disconnect event."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read = asyncio.Event()

    def mark_read(self) -> None:
        self._read.set()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, chunk by chunk, never as a whole. Raises `ClientDisconnect` when it ends too early."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            if chunk := message.get("body", b""):
                yield chunk
            more = message.get("more_body", False)
        self.mark_read()

    async def until_disconnect(self) -> None:
        await self._read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


def without(names: frozenset[bytes], headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """The headers without `names`, and without those that the Connection header names."""
    headers = [(name.lower(), value) for name, value in headers]
    named = b",".join(value for name, value in headers if name == b"connection")
    dropped = names | {name.strip().lower() for name in named.split(b",")}
    return [(name, value) for name, value in headers if name not in dropped]


def _target(scope: Scope) -> bytes:
    """Path and query as received: decoding and encoding again could change their meaning."""
    path: bytes = scope.get("raw_path") or httpx.URL(scope["path"]).raw_path
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


def _trace() -> RawHeaders:
    traceparent = current_traceparent()
    return [(TRACEPARENT.encode(), traceparent.encode())] if traceparent else []


def _forwarded(scope: Scope) -> RawHeaders:
    """The X-Forwarded headers of the scope, which has what a trusted proxy said; the door has dropped the client's."""
    return [
        (b"x-forwarded-for", scope["client"][0].encode() if scope.get("client") else b"unknown"),
        (b"x-forwarded-host", dict(scope["headers"]).get(b"host", b"")),
        (b"x-forwarded-proto", scope["scheme"].encode()),
    ]

"""The reverse proxy, in front of a real server on a free port."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onwatch_gateway.proxy import HttpUpstream, IncompleteResponse, http_upstreams, without
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.http import http_server

MEGABYTE = 1 << 20


class Service:
    """The upstream service: echoes requests, and records disconnects."""

    def __init__(self, file: Any = None) -> None:
        self.file = file
        self.disconnected = asyncio.Event()
        self.reached = asyncio.Event()
        self.app = Starlette(
            routes=[
                Route("/api/echo/{rest:path}", self.echo, methods=["GET", "POST", "PATCH", "DELETE"]),
                Route("/api/upload", self.upload, methods=["POST"]),
                Route("/api/refuse", self.refuse, methods=["POST"]),
                Route("/api/file", self.content),
                Route("/api/moved", self.moved),
                Route("/api/endless", self.endless),
                Route("/api/hang", self.hang),
                Route("/api/missing", self.missing),
                Route("/api/empty/{status:int}", self.empty, methods=["GET", "DELETE"]),
            ]
        )

    async def echo(self, request: Request) -> Response:
        received = {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "headers": {name: request.headers.getlist(name) for name in request.headers},
            "body": (await request.body()).decode(),
        }
        answer = JSONResponse(received, 201, headers={"x-own": "1", "connection": "x-dropped", "x-dropped": "1"})
        answer.set_cookie("one", "1")
        answer.set_cookie("two", "2")
        return answer

    async def upload(self, request: Request) -> Response:
        digest, size = hashlib.sha256(), 0
        try:
            async for chunk in request.stream():
                self.reached.set()
                digest.update(chunk)
                size += len(chunk)
        except ClientDisconnect:
            self.disconnected.set()
            raise
        return JSONResponse({"sha256": digest.hexdigest(), "size": size})

    async def refuse(self, request: Request) -> Response:
        return JSONResponse({"code": "too_large"}, 413)

    async def content(self, request: Request) -> Response:
        return FileResponse(self.file, media_type="video/mp4")

    async def moved(self, request: Request) -> Response:
        return RedirectResponse("/api/elsewhere")

    async def missing(self, request: Request) -> Response:
        return JSONResponse({"code": "video_not_found"}, 404, media_type="application/problem+json")

    async def empty(self, request: Request) -> Response:
        return Response(status_code=request.path_params["status"], headers={"etag": '"1"'})

    async def endless(self, request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"x" * 65536
                    await asyncio.sleep(0)  # without a reader, sending does not wait
            finally:
                self.disconnected.set()

        return StreamingResponse(chunks())

    async def hang(self, request: Request) -> Response:
        self.reached.set()
        while (await request.receive())["type"] != "http.disconnect":
            pass
        self.disconnected.set()
        return Response()


@contextmanager
def listening_socket() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """The address of a real server."""
    with listening_socket() as listening:
        server = http_server(app, "127.0.0.1", 0)
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def proxy_to(base_url: str, **settings: Any) -> AsyncIterator[HttpUpstream]:
    upstreams = http_upstreams(GatewaySettings(catalog_url=base_url, **settings))
    async with upstreams.lifespan():
        assert isinstance(upstreams.catalog, HttpUpstream)
        yield upstreams.catalog


@asynccontextmanager
async def through_the_proxy(service: Service, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a public server, behind which the proxy calls the service: two real hops."""
    async with (
        serving(service.app) as behind,
        proxy_to(behind, **settings) as proxy,
        serving(proxy) as front,
        httpx.AsyncClient(base_url=front, trust_env=False, timeout=60) as client,
    ):
        yield client


def get_scope(path: str, *headers: tuple[bytes, bytes]) -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"cam.example"), *headers],
        "client": ("192.0.2.7", 1234),
    }


# --- forwarding


async def test_method_path_query_body_and_response_are_forwarded_unchanged() -> None:
    async with through_the_proxy(Service()) as client:
        answer = await client.post("/api/echo/a%2Fb%20c?x=1&x=%C3%A9&empty=", content=b"hello")
    received = answer.json()
    assert answer.status_code == 201
    assert received["method"] == "POST"
    assert received["path"] == "/api/echo/a%2Fb%20c"
    assert received["query"] == "x=1&x=%C3%A9&empty="
    assert received["body"] == "hello"
    assert received["headers"]["content-length"] == ["5"]
    assert answer.headers.get_list("set-cookie") == ["one=1; Path=/; SameSite=lax", "two=2; Path=/; SameSite=lax"]
    assert len(answer.headers.get_list("date")) == 1


async def test_the_service_receives_x_forwarded_headers() -> None:
    async with through_the_proxy(Service()) as client:
        headers = (await client.get("/api/echo/a", headers={"host": "cam.example"})).json()["headers"]
    assert headers["x-forwarded-for"] == ["127.0.0.1"]
    assert headers["x-forwarded-host"] == ["cam.example"]
    assert headers["x-forwarded-proto"] == ["http"]
    assert headers["host"] != ["cam.example"]


async def test_hop_by_hop_headers_are_not_forwarded() -> None:
    named = {"connection": "keep-alive, x-mine", "x-mine": "1", "te": "trailers", "x-yours": "2"}
    async with through_the_proxy(Service()) as client:
        answer = await client.get("/api/echo/a", headers=named)
    received = answer.json()["headers"]
    assert "x-mine" not in received
    assert "te" not in received
    assert received["x-yours"] == ["2"]
    assert answer.headers["x-own"] == "1"
    assert "x-dropped" not in answer.headers


def test_names_in_the_connection_header_are_dropped_too() -> None:
    headers = [(b"Connection", b"close, X-One"), (b"x-one", b"1"), (b"X-Two", b"2")]
    assert without(frozenset({b"connection"}), headers) == [(b"x-two", b"2")]


async def test_errors_of_the_service_are_forwarded() -> None:
    async with through_the_proxy(Service()) as client:
        answer = await client.get("/api/missing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "video_not_found"


@pytest.mark.parametrize(("method", "status"), [("DELETE", 204), ("GET", 304)])
async def test_a_response_without_a_body_is_forwarded(method: str, status: int) -> None:
    async with through_the_proxy(Service()) as client:
        for _ in range(2):  # the connection can be reused
            answer = await client.request(method, f"/api/empty/{status}")
            assert answer.status_code == status
            assert answer.content == b""
            assert answer.headers["etag"] == '"1"'


async def test_a_redirect_is_left_to_the_browser() -> None:
    async with through_the_proxy(Service()) as client:
        answer = await client.get("/api/moved")
    assert answer.status_code == 307
    assert answer.headers["location"] == "/api/elsewhere"


async def test_the_service_is_not_asked_to_compress_what_the_viewer_cannot_read() -> None:
    service = Service()
    async with serving(service.app) as behind, proxy_to(behind) as proxy:
        body = await _answer(proxy, get_scope("/api/echo/a"))
    assert "accept-encoding" not in json.loads(body)["headers"]


# --- large bodies


async def test_ranges_work_as_without_the_proxy(tmp_path: Any) -> None:
    file = tmp_path / "video.mp4"
    file.write_bytes(bytes(range(256)) * 1000)
    async with through_the_proxy(Service(file)) as client:
        whole = await client.get("/api/file")
        part = await client.get("/api/file", headers={"range": "bytes=256-511"})
        head = await client.head("/api/file")
    assert whole.content == file.read_bytes()
    assert whole.headers["accept-ranges"] == "bytes"
    assert part.status_code == 206
    assert part.headers["content-range"] == "bytes 256-511/256000"
    assert part.content == bytes(range(256))
    assert head.headers["content-length"] == "256000"
    assert head.content == b""


@pytest.mark.parametrize("knows_length", [True, False])
async def test_an_upload_is_streamed(knows_length: bool) -> None:
    """The service has the first chunk before the last one exists: nothing holds the whole upload."""
    service, size = Service(), 24 * MEGABYTE
    digest = hashlib.sha256()

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(size // MEGABYTE):
            if number == size // MEGABYTE // 2:
                await service.reached.wait()
            chunk = bytes([number]) * MEGABYTE
            digest.update(chunk)
            yield chunk

    headers = {"content-length": str(size)} if knows_length else {}
    async with through_the_proxy(service) as client:
        answer = await client.post("/api/upload", content=chunks(), headers=headers)
    assert answer.json() == {"sha256": digest.hexdigest(), "size": size}


async def test_an_upload_is_read_no_faster_than_the_service_reads_it() -> None:
    """Memory stays bounded: when the service stops reading, the proxy soon stops, too."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b"x" * MEGABYTE, "more_body": True}

    async def send(message: Message) -> None: ...

    with listening_socket() as deaf:
        async with proxy_to(f"http://127.0.0.1:{deaf.getsockname()[1]}", upstream_read_timeout_s=0.5) as proxy:
            scope = get_scope("/api/upload", (b"content-length", str(4096 * MEGABYTE).encode()))
            await proxy({**scope, "method": "POST"}, receive, send)
    assert 1 <= taken < 64


async def test_a_refusal_before_the_body_is_read_is_forwarded() -> None:
    async with through_the_proxy(Service()) as client:
        answer = await client.post("/api/refuse", content=b"x" * 1000)
        assert answer.status_code == 413
        assert answer.json() == {"code": "too_large"}


# --- failures


async def test_a_service_that_is_down_is_named_in_a_problem_document() -> None:
    with listening_socket() as taken:
        port = taken.getsockname()[1]
    async with (
        proxy_to(f"http://127.0.0.1:{port}") as proxy,
        httpx.AsyncClient(transport=httpx.ASGITransport(proxy), base_url="http://gateway") as client,
    ):
        answer = await client.get("/api/videos")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "upstream_unavailable"
    assert "catalog" in answer.json()["detail"]


async def test_a_service_that_does_not_answer_is_a_timeout() -> None:
    async with through_the_proxy(Service(), upstream_read_timeout_s=0.05) as client:
        answer = await client.get("/api/hang")
    assert answer.status_code == 504
    assert answer.json()["code"] == "upstream_unavailable"


async def test_a_disconnect_while_waiting_cancels_the_request_to_the_service() -> None:
    service = Service()
    async with through_the_proxy(service) as client:
        requesting = asyncio.create_task(client.get("/api/hang"))
        await service.reached.wait()
        requesting.cancel()
        await asyncio.wait_for(service.disconnected.wait(), 60)


async def test_a_disconnect_while_reading_cancels_the_request_to_the_service() -> None:
    service = Service()
    async with through_the_proxy(service) as client:
        async with client.stream("GET", "/api/endless") as answer:
            async for _ in answer.aiter_raw():
                break
        await asyncio.wait_for(service.disconnected.wait(), 60)


async def test_a_disconnect_while_uploading_cancels_the_request_to_the_service() -> None:
    service = Service()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * MEGABYTE
        await asyncio.Event().wait()

    async with through_the_proxy(service) as client:
        uploading = asyncio.create_task(client.post("/api/upload", content=chunks()))
        await service.reached.wait()
        uploading.cancel()
        await asyncio.wait_for(service.disconnected.wait(), 60)


async def test_an_incomplete_response_is_not_completed() -> None:
    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(break_off, "127.0.0.1", 0)
    async with server, proxy_to(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as proxy:
        with pytest.RaisesGroup(IncompleteResponse):
            await _answer(proxy, get_scope("/api/videos"))


async def _answer(app: ASGIApp, scope: Scope) -> bytes:
    """The body of the response to a request without a body."""
    never, body = asyncio.Event(), bytearray()

    async def receive() -> Message:
        await never.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        body.extend(message.get("body", b""))

    receive_it: Receive = receive
    send_it: Send = send
    await app(scope, receive_it, send_it)
    return bytes(body)

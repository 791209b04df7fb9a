from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from onwatch_contracts.http import PROBLEM_MEDIA_TYPE
from onwatch_runtime.http.body_limit import BodyLimit

LIMIT_BYTES = 1000


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


def client(is_streamed: Any = lambda _: False) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(
        BodyLimit(echo, is_streamed, lambda scope: 10 * LIMIT_BYTES if scope["path"] == "/file" else LIMIT_BYTES)
    )
    return httpx.AsyncClient(transport=transport, base_url="http://toy")


async def chunked(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@pytest.mark.parametrize("body", [b"", b"x" * LIMIT_BYTES, [b"x" * 500, b"", b"x" * 500]])
async def test_a_body_within_the_limit_is_passed_on(body: Any):
    content = chunked(body) if isinstance(body, list) else body
    async with client() as http:
        answer = await http.post("/", content=content)
    assert answer.text == f"{len(b''.join(body) if isinstance(body, list) else body)} bytes"


async def test_a_body_declared_too_large_is_refused_unread():
    taken = []

    async def receive() -> Message:
        taken.append(1)
        return {"type": "http.request", "body": b"x", "more_body": True}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "PATCH", "path": "/videos", "headers": [(b"content-length", b"300000000")]}
    await BodyLimit(echo)(scope, receive, send)
    assert (sent[0]["status"], taken) == (413, [])


async def test_a_body_that_grows_too_large_is_refused_while_it_is_received():
    taken = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * 300

    async with client() as http:
        answer = await http.patch("/videos", content=endless())
    assert (answer.status_code, answer.json()["code"], answer.json()["instance"]) == (413, "body_too_large", "/videos")
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
    assert f"{LIMIT_BYTES} bytes" in answer.json()["detail"]
    assert len(taken) == 4


async def test_a_streamed_body_is_not_limited():
    async with client(lambda scope: scope["path"] == "/upload") as http:
        assert (await http.post("/upload", content=b"x" * 5000)).text == "5000 bytes"
        assert (await http.post("/other", content=b"x" * 5000)).status_code == 413


async def test_a_request_may_have_a_limit_of_its_own():
    async with client() as http:
        assert (await http.post("/file", content=b"x" * 5000)).text == "5000 bytes"
        refused = await http.post("/file", content=b"x" * (10 * LIMIT_BYTES + 1))
    assert (refused.status_code, f"{10 * LIMIT_BYTES} bytes" in refused.json()["detail"]) == (413, True)


async def test_the_app_learns_of_a_disconnection():
    received: list[Message] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        received.append(await receive())

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None: ...

    scope = {"type": "http", "method": "PATCH", "path": "/", "headers": [(b"transfer-encoding", b"chunked")]}
    await BodyLimit(app)(scope, receive, send)
    assert received == [{"type": "http.disconnect"}]

from __future__ import annotations

from typing import Any

import pytest

from onwatch_gateway.door.headers import SECURITY_HEADERS, securing

from .conftest import request_of


async def headers_of(
    scheme: str = "http", kind: str = "http.response.start", *, is_read_by_other_sites: bool = False, **own: str
) -> dict[str, str]:
    """As they are sent; each only once."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in own.items()]
    secured = securing(send, request_of(scheme=scheme), is_read_by_other_sites=is_read_by_other_sites)
    await secured({"type": kind, "status": 200, "headers": given})
    names = [name for name, _ in sent[0]["headers"]]
    assert len(names) == len(set(names))
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize("kind", ["http.response.start", "websocket.http.response.start"])
async def test_answers_and_refusals_have_every_header(kind: str) -> None:
    assert await headers_of(kind=kind) == SECURITY_HEADERS


async def test_what_an_answer_sets_itself_is_kept() -> None:
    headers = await headers_of(content_security_policy="default-src 'self'", set_cookie="a=b")
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["set-cookie"] == "a=b"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("scheme", "is_tls"), [("http", False), ("ws", False), ("https", True), ("wss", True)])
async def test_tls_is_demanded_over_tls_alone(scheme: str, is_tls: bool) -> None:
    assert ("strict-transport-security" in await headers_of(scheme)) is is_tls


async def test_pages_of_other_sites_may_show_pictures_where_some_are_allowed() -> None:
    assert (await headers_of())["cross-origin-resource-policy"] == "same-origin"
    headers = await headers_of(is_read_by_other_sites=True)
    assert headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("kind", ["http.response.body", "websocket.accept", "websocket.send"])
async def test_nothing_else_is_changed(kind: str) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await securing(send, request_of())({"type": kind})
    assert sent == [{"type": kind}]

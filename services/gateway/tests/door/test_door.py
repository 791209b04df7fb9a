"""The door of a whole gateway, in front of a catalog that records what it gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from onwatch_contracts.accounts import ADDRESS_HEADER, Identity, KeyKind, Role
from onwatch_gateway.door import ClientLimits, Door, TrustedProxies
from onwatch_gateway.door.headers import SECURITY_HEADERS
from onwatch_gateway.proxy import HttpUpstream
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.websocket import Refused

from .conftest import request_of

OpenGateway = Callable[..., Any]
PROXY = "10.0.0.9"
TOLD = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
ADMIN = Identity(name="Åsa", role=Role.ADMINISTRATOR, kind=KeyKind.TOKEN, key_id="k", user_id="u", video_ids=None)


def client_of(gateway: Any, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(gateway.service.app, client=(PROXY, 5000)),
        base_url="http://onwatch",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


async def refusal_of(gateway: Any, host: str, **headers: str) -> tuple[int, dict[str, Any]]:
    """Of a channel that a page of this host opens."""
    scope = request_of(scheme="ws", **{"host": host, "origin": f"http://{host}", **headers})
    scope |= {"path": "/ws", "extensions": {"websocket.http.response": {}}}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read of what is refused")

    await gateway.service.app(scope, receive, send)
    assert sent[0]["type"] == "websocket.http.response.start"
    return sent[0]["status"], json.loads(sent[1]["body"])


# --- hosts


async def test_a_page_whose_name_was_pointed_here_reads_and_changes_nothing(open_gateway: OpenGateway) -> None:
    evil = {"host": "evil.example:8000", "origin": "http://evil.example:8000"}
    async with open_gateway() as gateway, client_of(gateway, **evil) as http:
        for method, path in (("GET", "/api/videos/a"), ("DELETE", "/api/videos/a"), ("GET", "/"), ("POST", "/api/x")):
            refused = await http.request(method, path)
            assert (refused.status_code, refused.json()["code"]) == (421, "host_refused")
            assert refused.headers["content-type"] == "application/problem+json"
            assert "ONWATCH_GATEWAY_ALLOWED_HOSTS" in refused.json()["detail"]
        status, problem = await refusal_of(gateway, "evil.example")
        assert (status, problem["code"]) == (421, "host_refused")
        assert not gateway.catalog.received
        assert gateway.metric("viewers") == 0


async def test_listed_hosts_and_those_of_allowed_origins_are_answered(open_gateway: OpenGateway) -> None:
    settings = {"allowed_hosts": ("*.nvr.example",), "allowed_origins": ("https://dev.example:5173",)}
    async with open_gateway(**settings) as gateway, client_of(gateway) as http:
        statuses = [
            (await http.get("/api/videos/a", headers={"host": host})).status_code
            for host in ("a.nvr.example", "dev.example", "192.0.2.1:8000", "nvr.example", "other.example")
        ]
    assert statuses == [200, 200, 200, 421, 421]


async def test_a_page_cannot_name_another_host_than_its_own_through_a_proxy(open_gateway: OpenGateway) -> None:
    settings = {"allowed_hosts": ("nvr.example",), "trusted_proxies": ("*",)}
    async with open_gateway(**settings) as gateway, client_of(gateway) as http:

        async def status(host: str, forwarded: str) -> int:
            headers = {"host": host, "x-forwarded-host": forwarded}
            return (await http.get("/api/videos/a", headers=headers)).status_code

        assert await status("evil.example", "nvr.example") == 421
        assert await status("gateway", "evil.example") == 421
        assert await status("gateway", "nvr.example") == 200
        refused, _ = await refusal_of(gateway, "evil.example", x_forwarded_host="nvr.example")
        assert refused == 421


async def test_the_origin_is_compared_with_the_host_that_the_browser_asked(open_gateway: OpenGateway) -> None:
    settings = {"allowed_hosts": ("nvr.example",), "trusted_proxies": (PROXY,)}
    headers = {"host": "gateway:8000", "x_forwarded_host": "nvr.example"}
    async with open_gateway(**settings) as gateway, client_of(gateway, **headers) as http:
        own = await http.patch("/api/videos/a", headers={"origin": "https://nvr.example"})
        foreign = await http.patch("/api/videos/a", headers={"origin": "https://gateway"})
    assert (own.status_code, foreign.status_code) == (200, 403)


# --- proxies


async def test_a_stranger_reaches_neither_services_nor_the_audit_log_with_a_made_up_address(
    open_gateway: OpenGateway,
) -> None:
    async with open_gateway(auth="on") as gateway, client_of(gateway, authorization="Bearer me", **TOLD) as http:
        gateway.catalog.identities["me"] = ADMIN
        assert (await http.delete("/api/videos/a")).is_success
        (request,) = gateway.catalog.received
        (record,) = gateway.catalog.audit
    assert record.address == PROXY
    assert request.headers[ADDRESS_HEADER] == PROXY
    assert request.url.scheme == "http"
    assert not [name for name in request.headers if name.startswith("x-forwarded-")]


async def test_behind_a_trusted_proxy_services_and_the_audit_log_have_the_client(open_gateway: OpenGateway) -> None:
    trusting = open_gateway(auth="on", trusted_proxies=(PROXY,))
    async with trusting as gateway, client_of(gateway, authorization="Bearer me", **TOLD) as http:
        gateway.catalog.identities["me"] = ADMIN
        assert (await http.delete("/api/videos/a")).is_success
        (request,) = gateway.catalog.received
        (record,) = gateway.catalog.audit
    assert record.address == "203.0.113.9"
    assert request.headers[ADDRESS_HEADER] == "203.0.113.9"
    assert request.url.scheme == "https"
    assert "x-forwarded-proto" not in request.headers


@pytest.mark.parametrize(
    ("proxies", "scheme", "address"),
    [((), "http", PROXY), ((PROXY,), "https", "203.0.113.9")],
    ids=["stranger", "proxy"],
)
async def test_a_service_in_another_process_is_told_the_same(
    clock: FakeClock, proxies: tuple[str, ...], scheme: str, address: str
) -> None:
    received: list[Request] = []

    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        received.append(Request(scope))
        await PlainTextResponse("done")(scope, receive, send)

    upstream = HttpUpstream("catalog", "http://catalog:8001", httpx.ASGITransport(service), httpx.Timeout(5.0))
    door = Door(upstream, TrustedProxies(proxies), ClientLimits(clock, 0, 0))
    transport = httpx.ASGITransport(door, client=(PROXY, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://onwatch", headers=TOLD) as http:
        assert (await http.get("/api/session")).text == "done"
    assert received[0].headers.getlist("x-forwarded-proto") == [scheme]
    assert received[0].headers.getlist("x-forwarded-for") == [address]
    assert received[0].headers.getlist("x-forwarded-host") == ["onwatch"]


# --- headers


async def test_every_kind_of_answer_is_secured(open_gateway: OpenGateway) -> None:
    async with open_gateway(auth="on") as gateway, client_of(gateway) as http:
        gateway.catalog.identities["me"] = ADMIN
        me = {"authorization": "Bearer me"}
        answers = {
            "page": await http.get("/"),
            "json": await http.get("/api/videos/a", headers=me),
            "missing": await http.get("/api/videos/none", headers=me),
            "not logged in": await http.get("/api/videos/a"),
            "not public": await http.get("/internal/audit", headers=me),
            "foreign origin": await http.delete("/api/videos/a", headers={**me, "origin": "http://evil.example"}),
            "too large": await http.patch("/api/videos/a", headers=me, content=b"x" * 100_000),
            "foreign host": await http.get("/", headers={"host": "evil.example"}),
        }
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == {
        "page": 200,
        "json": 200,
        "missing": 404,
        "not logged in": 401,
        "not public": 404,
        "foreign origin": 403,
        "too large": 413,
        "foreign host": 421,
    }
    for name, answer in answers.items():
        assert SECURITY_HEADERS.items() <= dict(answer.headers).items(), name
        assert "strict-transport-security" not in answer.headers


async def test_over_tls_browsers_are_told_to_stay_there(open_gateway: OpenGateway) -> None:
    async with open_gateway(trusted_proxies=(PROXY,)) as gateway, client_of(gateway, **TOLD) as http:
        for path in ("/", "/api/videos/a", "/internal"):
            assert (await http.get(path)).headers["strict-transport-security"] == "max-age=31536000"


async def test_pages_of_allowed_origins_may_show_videos(open_gateway: OpenGateway) -> None:
    async with open_gateway(allowed_origins=("https://dev.example",)) as gateway, client_of(gateway) as http:
        headers = (await http.get("/api/videos/a")).headers
    assert headers["cross-origin-resource-policy"] == "cross-origin"


# --- limits


async def test_a_client_with_too_many_requests_waits(open_gateway: OpenGateway) -> None:
    async with open_gateway(requests_per_minute=2) as gateway, client_of(gateway) as http:
        statuses = [(await http.get("/api/videos/a")).status_code for _ in range(3)]
        refused = await http.get("/api/videos/a")
        assert statuses == [200, 200, 429]
        assert refused.headers["retry-after"] == "30"
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["code"] == "too_many_requests"
        assert SECURITY_HEADERS.items() <= dict(refused.headers).items()
        await gateway.clock.advance(30.0)
        assert (await http.get("/api/videos/a")).is_success
        assert len(gateway.catalog.received) == 3


async def test_behind_a_trusted_proxy_each_client_has_its_own_limit(open_gateway: OpenGateway) -> None:
    async with open_gateway(requests_per_minute=1, trusted_proxies=(PROXY,)) as gateway, client_of(gateway) as http:
        statuses = [
            (await http.get("/", headers={"x-forwarded-for": address})).status_code
            for address in ("203.0.113.9", "203.0.113.10", "203.0.113.9")
        ]
    assert statuses == [200, 200, 429]


async def test_a_client_with_too_many_channels_closes_some_first(open_gateway: OpenGateway) -> None:
    async with open_gateway(max_open_per_client=2) as gateway:
        async with gateway.viewer(), gateway.viewer():
            with pytest.raises(Refused) as refused:
                async with gateway.viewer():
                    pass
            assert (refused.value.status, json.loads(refused.value.body)["code"]) == (429, "too_many_open")
            async with client_of(gateway) as http:
                assert (await http.get("/")).is_success  # of another address
        async with gateway.viewer() as viewer:
            await viewer.send({"type": "subscribe", "video_id": "a"})
            assert await viewer.receive() == {"type": "subscribed", "video_id": "a"}


async def test_an_error_of_the_app_is_raised_as_it_is_and_ends_the_request(clock: FakeClock) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("broken")

    transport = httpx.ASGITransport(Door(broken, TrustedProxies(), ClientLimits(clock, 0, 1)), client=(PROXY, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://onwatch") as http:
        for _ in range(2):
            with pytest.raises(LookupError, match="broken"):
                await http.get("/")

"""Routing of paths to services."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.responses import PlainTextResponse

from onwatch_gateway.proxy import Upstreams
from onwatch_gateway.router import Router, destination
from onwatch_testkit.websocket import Refused, connect


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/videos", "catalog"),
        ("/api/videos/a", "catalog"),
        ("/api/videos/a/thumbnail", "catalog"),
        ("/api/videos/a/content", "catalog"),
        ("/api/videos/a/analysis", "catalog"),
        ("/api/videos/metrics", "catalog"),
        ("/api/anything", "catalog"),
        ("/api", "catalog"),
        ("/api/videos/a/metrics", "aggregator"),
        ("/api/videos/a/vehicles", "aggregator"),
        ("/api/videos/a/vehicles.csv", "aggregator"),
        ("/api/videos/a/runs", "aggregator"),
        ("/api/videos/a/runs/7", "aggregator"),
        ("/api/videos/a/metricsque", "catalog"),
        *((f"/api/videos/a/{name}", "aggregator") for name in ("counts", "results", "flows", "visits", "crossings")),
        ("/api/videos/a/recount", "aggregator"),
        ("/api/videos/a/detections", "aggregator"),
        ("/api/videos/a/evidence", "aggregator"),
        ("/api/videos/a/counts.xlsx", "aggregator"),
        ("/api/counts", "aggregator"),
        ("/api/counts.csv", "aggregator"),
        ("/api/counts/a", "aggregator"),
        ("/api/countsque", "catalog"),
        ("/api/videos/counts", "catalog"),
        *((f"/api/videos/a/{name}", "catalog") for name in ("site", "zones", "gates", "movements/counts", "recording")),
        ("/", "dashboard"),
        ("/videos/a", "dashboard"),
        ("/assets/page.js", "dashboard"),
        ("/apiary", "dashboard"),
        ("/internal", "nowhere"),
        ("/internal/runs/a/claim", "nowhere"),
        ("//internal/runs/a/claim", "nowhere"),
        ("/api/../internal/runs/a/claim", "nowhere"),
        ("/api/videos/../../internal/runs", "nowhere"),
        ("/./internal", "nowhere"),
        ("/api/..", "nowhere"),
        ("/api\\..\\internal", "nowhere"),
        ("/file..name.js", "dashboard"),
    ],
)
def test_a_path_has_its_destination(path: str, expected: str) -> None:
    assert destination(path) == expected


@asynccontextmanager
async def client(allowed_origins: Collection[str] = ()) -> AsyncIterator[httpx.AsyncClient]:
    apps = (PlainTextResponse(name) for name in ("catalog", "aggregator", "dashboard"))
    router = Router(
        PlainTextResponse("channel"),
        Upstreams(*apps),
        PlainTextResponse("description"),
        PlainTextResponse("status"),
        allowed_origins,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(router), base_url="http://onwatch") as http:
        yield http


async def test_the_address_of_the_docs_leads_to_the_page() -> None:
    async with client() as http:
        answer = await http.get("/api/docs")
    assert (answer.status_code, answer.headers["location"]) == (307, "/api-docs")


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/videos", "catalog"),
        ("/api/openapi.json", "description"),
        ("/api/status", "status"),
        ("/api/status/more", "catalog"),
        ("/api/videos/a/metrics", "aggregator"),
        ("/", "dashboard"),
        ("/ws", "dashboard"),
    ],
)
async def test_a_request_reaches_its_service(path: str, service: str) -> None:
    async with client() as http:
        assert (await http.get(path)).text == service


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize("path", ["/internal/runs/a/claim", "/%69nternal/runs", "/api/%2e%2e/internal/runs"])
async def test_internal_paths_are_not_found_from_outside(method: str, path: str) -> None:
    async with client() as http:
        answer = await http.request(method, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/videos", "/api/videos/a/metrics", "/"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT", "QUERY"])
async def test_a_page_of_another_site_may_not_change_anything(method: str, path: str) -> None:
    async with client() as http:
        answer = await http.request(method, path, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "origin_refused"
    assert "evil.example" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "origin"),
    [
        ("GET", "https://evil.example"),  # it cannot read the response: no header allows it
        ("HEAD", "https://evil.example"),
        ("POST", "http://onwatch"),
        ("DELETE", "https://onwatch"),
        ("POST", "https://listed.example"),
        ("POST", None),
    ],
)
async def test_this_page_a_listed_site_and_a_program_may_make_changes(method: str, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    async with client(["https://listed.example"]) as http:
        answer = await http.request(method, "/api/videos", headers=headers)
    assert answer.status_code == 200


async def test_a_websocket_elsewhere_is_refused_with_a_problem_document() -> None:
    other = PlainTextResponse("other")
    with pytest.raises(Refused) as refused:
        async with connect(Router(other, Upstreams(other, other, other), other, other), "/elsewhere"):
            pass
    assert (refused.value.status, json.loads(refused.value.body)["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "/api/videos/a"), ("POST", "/api/videos/a/analysis"), ("POST", "/api/videos/"), ("GET", "/api/videos")],
)
async def test_a_large_body_is_refused_before_it_reaches_its_service(method: str, path: str) -> None:
    taken = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * 10_000

    async with client() as http:
        answer = await http.request(method, path, content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert len(taken) == 7


async def test_the_file_of_a_site_may_be_larger() -> None:
    async with client() as http:
        within = await http.put("/api/videos/a/site", content=b"x" * 1_000_000)
        beyond = await http.put("/api/videos/a/site", content=b"x" * 1_100_000)
        other = await http.put("/api/videos/a/sites", content=b"x" * 1_000_000)
    assert [answer.status_code for answer in (within, beyond, other)] == [200, 413, 413]


async def test_the_body_of_an_upload_is_not_limited_here() -> None:
    async with client() as http:
        assert (await http.post("/api/videos", content=b"x" * 100_000)).text == "catalog"

import logging

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from onwatch_runtime.http.front_end import FrontEnd, Phase
from onwatch_runtime.observe import current_traceparent


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


class Store:
    """A dependency that can be unreachable."""

    is_reachable = True

    async def check(self) -> None:
        if not self.is_reachable:
            raise ConnectionError("refused")


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://toy")


@pytest.fixture
def front_end(store: Store, registry: CollectorRegistry) -> FrontEnd:
    front_end = FrontEnd("toy")
    front_end.mount(Starlette(routes=[Route("/hello", hello)]), {"store": store.check}, registry)
    front_end.phase = Phase.READY
    return front_end


async def test_before_there_is_an_app_the_process_is_alive_but_serves_nothing():
    front_end = FrontEnd("toy")
    async with client_of(front_end.ops) as operator:
        assert (await operator.get("/healthz")).status_code == 200
        assert (await operator.get("/readyz")).status_code == 503
    async with client_of(front_end) as http:
        answer = await http.get("/hello")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "starting", "1")
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_request_continues_the_trace_of_its_headers_and_is_named_by_its_route(
    exported_spans: InMemorySpanExporter,
):
    front_end = FrontEnd("toy")
    app = FastAPI()

    @app.get("/videos/{video_id}")
    async def trace(video_id: str) -> str | None:
        return current_traceparent()

    front_end.mount(app, {}, CollectorRegistry())
    front_end.phase = Phase.READY
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with client_of(front_end) as http:
        answer = await http.get("/videos/1", headers={"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"})
        await http.get("/nowhere")
    assert answer.json().split("-")[1] == trace_id
    assert [each.name for each in exported_spans.get_finished_spans()] == ["GET /videos/{video_id}", "GET"]


async def test_an_app_is_not_served_while_the_service_starts(front_end: FrontEnd):
    front_end.phase = Phase.STARTING
    async with client_of(front_end) as http:
        assert (await http.get("/hello")).status_code == 503


async def test_a_process_is_ready_while_its_dependencies_are_reachable(front_end: FrontEnd, store: Store):
    async with client_of(front_end) as http, client_of(front_end.ops) as operator:
        assert (await http.get("/hello")).text == "hello"
        assert (await operator.get("/readyz")).status_code == 200
        store.is_reachable = False
        assert (await operator.get("/readyz")).status_code == 503


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_what_operators_ask_for_is_not_answered_beside_the_service(front_end: FrontEnd, path: str):
    async with client_of(front_end) as http, client_of(front_end.ops) as operator:
        assert (await operator.get(path)).status_code == 200
        answer, unknown = await http.get(path), await http.get("/unknown")
    assert (answer.status_code, answer.text) == (unknown.status_code, unknown.text) == (404, "Not Found")


async def test_a_stopping_process_is_not_ready_but_still_answers(front_end: FrontEnd, caplog: pytest.LogCaptureFixture):
    front_end.phase = Phase.STOPPING
    async with client_of(front_end) as http, client_of(front_end.ops) as operator:
        assert (await operator.get("/readyz")).status_code == 503
        assert 'onwatch_check_ok{check="process"} 0.0' in (await operator.get("/metrics")).text
        assert (await http.get("/hello")).text == "hello"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []  # a stop is no failure


async def test_the_metrics_of_the_service_are_reported(front_end: FrontEnd, registry: CollectorRegistry):
    Counter("frames", "Frames.", registry=registry).inc(3)
    async with client_of(front_end.ops) as http:
        assert "frames_total 3.0" in (await http.get("/metrics")).text

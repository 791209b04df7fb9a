import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from onwatch_runtime.http.front_end import FrontEnd, Phase


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


def client_of(front_end: FrontEnd) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(front_end), base_url="http://toy")


@pytest.fixture
def front_end(store: Store, registry: CollectorRegistry) -> FrontEnd:
    front_end = FrontEnd("toy")
    front_end.mount(Starlette(routes=[Route("/hello", hello)]), {"store": store.check}, registry)
    front_end.phase = Phase.READY
    return front_end


async def test_before_there_is_an_app_the_process_is_alive_but_serves_nothing():
    async with client_of(FrontEnd("toy")) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).status_code == 503
        answer = await http.get("/hello")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "starting", "1")


async def test_an_app_is_not_served_while_the_service_starts(front_end: FrontEnd):
    front_end.phase = Phase.STARTING
    async with client_of(front_end) as http:
        assert (await http.get("/hello")).status_code == 503


async def test_a_process_is_ready_while_its_dependencies_are_reachable(front_end: FrontEnd, store: Store):
    async with client_of(front_end) as http:
        assert (await http.get("/hello")).text == "hello"
        assert (await http.get("/readyz")).status_code == 200
        store.is_reachable = False
        assert (await http.get("/readyz")).status_code == 503


async def test_a_stopping_process_is_not_ready_but_still_answers(front_end: FrontEnd):
    front_end.phase = Phase.STOPPING
    async with client_of(front_end) as http:
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/hello")).text == "hello"


async def test_the_metrics_of_the_service_are_reported(front_end: FrontEnd, registry: CollectorRegistry):
    Counter("frames", "Frames.", registry=registry).inc(3)
    async with client_of(front_end) as http:
        assert "frames_total 3.0" in (await http.get("/metrics")).text

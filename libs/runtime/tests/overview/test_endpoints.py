"""Against real services' endpoints, and what else may listen at an address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Gauge
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from onwatch_runtime.http import http_server, ops_app, serving
from onwatch_runtime.overview.endpoints import ask, ask_app, base_url
from onwatch_runtime.overview.process import Process

TIMEOUT_S = 60.0


@asynccontextmanager
async def listening(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    with socket.create_server((host, port)) as server:
        host, port = server.getsockname()
        async with serving(http_server(app, host, port), server):
            yield f"http://{host}:{port}"


async def asked(app: ASGIApp) -> Process:
    async with listening(app) as url:
        (found,) = await ask([url], TIMEOUT_S)
    assert found.url == url
    return found


async def fine() -> None:
    pass


async def away() -> None:
    raise ConnectionError("refused")


async def test_a_process_tells_its_name_its_checks_and_its_metrics() -> None:
    registry = CollectorRegistry()
    Gauge("onwatch_detector_slots", "Slots", registry=registry).set(2)
    found = await asked(ops_app("detector", {"bus": fine}, registry))
    assert (found.service, found.is_ready, found.failure) == ("detector", True, None)
    assert found.checks == {"bus": "ok"}
    assert found.samples.total("onwatch_detector_slots") == 2


async def test_a_process_that_is_not_ready_says_what_it_misses() -> None:
    found = await asked(ops_app("catalog", {"bus": fine, "sql": away}, CollectorRegistry()))
    assert (found.is_ready, found.failure) == (False, None)
    assert found.checks == {"bus": "ok", "sql": "failed"}


async def test_another_server_is_told_from_a_port_for_operators() -> None:
    page = PlainTextResponse("<html>", media_type="text/html")
    for answer in (page, JSONResponse({"status": "ok"}), PlainTextResponse("no", 404)):
        found = await asked(Starlette(routes=[Route("/{path:path}", answer)]))
        assert found.failure is not None
        assert "is no port for operators" in found.failure


async def test_nobody_at_an_address_and_no_address_are_each_told_beside_what_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with listening(ops_app("gateway", {}, CollectorRegistry())) as url:
        gateway, nobody, nonsense = await ask([url, f"127.0.0.1:{port}", "http://[::1"], TIMEOUT_S)
    assert gateway.failure is None
    assert str(nobody.failure).startswith("not reached: ")
    assert nobody.url == f"http://127.0.0.1:{port}"
    assert str(nonsense.failure).startswith("no address: ")


async def test_a_process_that_does_not_answer_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts connections, and never answers
        (found,) = await ask([f"127.0.0.1:{silent.getsockname()[1]}"], 0.1)
    assert found.failure == "no answer within 0.1 s"


async def test_a_name_stands_for_all_processes_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the name of a headless Service, and that of a container with several replicas."""

    async def addresses(host: str, port: int, **_: Any) -> list[Any]:
        assert host == "detectors"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{last}", port)) for last in (2, 1)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", addresses)
    first, second = (ops_app("detector", {"bus": check}, CollectorRegistry()) for check in (fine, away))
    async with listening(first) as url, listening(second, "127.0.0.2", int(url.rpartition(":")[2])) as other:
        found = await ask([url.replace("127.0.0.1", "detectors")], TIMEOUT_S)
    assert [(process.url, process.is_ready) for process in found] == [(url, True), (other, False)]


async def test_a_name_without_an_address_and_one_that_cannot_be_looked_up_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nobody(host: str, port: int, **_: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME if host == "gone" else socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nobody)
    gone, unknown = await ask(["gone:9004", "unknown:9004"], TIMEOUT_S)
    assert (gone.failure, gone.is_absent) == ("not reached: the name gone has no address", True)
    assert (unknown.failure, unknown.is_absent) == ("not reached: try again", False)


async def test_a_name_that_is_not_looked_up_in_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(host: str, port: int, **_: Any) -> list[Any]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
    (found,) = await ask(["catalog:9001"], 0.01)
    assert found.failure == "not reached: its name was not looked up within 0.01 s"


async def test_a_process_asks_itself_without_a_network() -> None:
    registry = CollectorRegistry()
    Gauge("onwatch_gateway_viewers", "Viewers", registry=registry).set(3)
    found = await ask_app(ops_app("gateway", {"bus": away}, registry), TIMEOUT_S)
    assert (found.url, found.service, found.is_ready) == (None, "gateway", False)
    assert found.checks == {"bus": "failed"}
    assert found.samples.total("onwatch_gateway_viewers") == 3


async def test_a_process_whose_own_check_hangs_does_not_wait_for_it() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    app = ops_app("gateway", {"bus": hang}, CollectorRegistry(), timeout_s=TIMEOUT_S)
    assert (await ask_app(app, 0.01)).failure == "no answer within 0.01 s"


@pytest.mark.parametrize(
    "given",
    [
        "catalog:9001",
        "http://catalog:9001",
        "http://catalog:9001/",
        "catalog:9001/readyz",
        "http://catalog:9001/metrics",
    ],
)
def test_an_address_may_be_short_or_one_of_its_endpoints(given: str) -> None:
    assert base_url(given) == "http://catalog:9001"

import asyncio
from collections.abc import Mapping

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter

from onwatch_runtime.http.health import Check, health_routes


async def answering() -> None:
    """A dependency that answers."""


async def refusing() -> None:
    raise ConnectionError("connection refused")


async def silent() -> None:
    await asyncio.Event().wait()


async def get(path: str, checks: Mapping[str, Check], registry: CollectorRegistry | None = None) -> httpx.Response:
    app = FastAPI()
    app.include_router(health_routes("lamp", checks, registry or CollectorRegistry(), timeout_s=0.05))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://onwatch.test") as client:
        return await client.get(path)


async def test_liveness_does_not_depend_on_dependencies():
    answer = await get("/healthz", {"bus": refusing})
    assert (answer.status_code, answer.json()) == (200, {"service": "lamp", "status": "alive"})


async def test_it_is_ready_when_every_dependency_answers():
    answer = await get("/readyz", {"bus": answering, "store": answering})
    assert answer.status_code == 200
    assert answer.json() == {"service": "lamp", "ready": True, "checks": {"bus": "ok", "store": "ok"}}


async def test_without_dependencies_it_is_ready():
    assert (await get("/readyz", {})).status_code == 200


async def test_it_is_not_ready_without_a_dependency_and_names_it():
    answer = await get("/readyz", {"bus": answering, "store": refusing})
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"bus": "ok", "store": "ConnectionError: connection refused"}


async def test_a_dependency_that_does_not_answer_in_time_counts_as_unreachable():
    answer = await get("/readyz", {"store": silent})
    assert answer.status_code == 503
    assert answer.json()["checks"]["store"].startswith("TimeoutError")


async def test_an_excluded_check_is_neither_run_nor_reported():
    answer = await get("/readyz?exclude=store&exclude=other", {"bus": answering, "store": refusing})
    assert (answer.status_code, answer.json()["checks"]) == (200, {"bus": "ok"})


async def test_only_the_metrics_of_the_service_are_served():
    registry = CollectorRegistry()
    Counter("onwatch_lamp_switched_total", "Times switched", registry=registry).inc(3)
    answer = await get("/metrics", {}, registry)
    assert answer.headers["content-type"].startswith("text/plain")
    assert "onwatch_lamp_switched_total 3.0" in answer.text
    assert "python_info" not in answer.text


async def test_the_endpoints_are_not_in_the_openapi_document():
    app = FastAPI()
    app.include_router(health_routes("lamp", {}, CollectorRegistry()))
    assert app.openapi()["paths"] == {}

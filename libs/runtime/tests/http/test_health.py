"""Alive, ready, and the numbers."""

import asyncio
from collections.abc import Mapping

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter

from onwatch_runtime.http.health import Check, health_routes


async def reached() -> None:
    """A dependency that answers."""


async def unreached() -> None:
    raise ConnectionError("connection refused")


async def silent() -> None:
    await asyncio.Event().wait()


async def get(path: str, checks: Mapping[str, Check], registry: CollectorRegistry | None = None) -> httpx.Response:
    app = FastAPI()
    app.include_router(health_routes("lamp", checks, registry or CollectorRegistry(), timeout_s=0.05))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://onwatch.test") as client:
        return await client.get(path)


async def test_a_process_that_answers_is_alive_whatever_it_depends_on():
    answer = await get("/healthz", {"bus": unreached})
    assert (answer.status_code, answer.json()) == (200, {"service": "lamp", "status": "alive"})


async def test_it_is_ready_when_every_dependency_is_reached():
    answer = await get("/readyz", {"bus": reached, "store": reached})
    assert answer.status_code == 200
    assert answer.json() == {"service": "lamp", "ready": True, "checks": {"bus": "ok", "store": "ok"}}


async def test_without_dependencies_it_is_ready():
    assert (await get("/readyz", {})).status_code == 200


async def test_it_is_not_ready_when_one_is_not_reached_and_says_which_and_why():
    answer = await get("/readyz", {"bus": reached, "store": unreached})
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"bus": "ok", "store": "ConnectionError: connection refused"}


async def test_a_dependency_that_does_not_answer_in_time_is_not_reached():
    answer = await get("/readyz", {"store": silent})
    assert answer.status_code == 503
    assert answer.json()["checks"]["store"].startswith("TimeoutError")


async def test_the_metrics_are_those_of_the_service_alone():
    registry = CollectorRegistry()
    Counter("onwatch_lamp_switched_total", "Times switched", registry=registry).inc(3)
    answer = await get("/metrics", {}, registry)
    assert answer.headers["content-type"].startswith("text/plain")
    assert "onwatch_lamp_switched_total 3.0" in answer.text
    assert "python_info" not in answer.text


async def test_the_endpoints_are_not_part_of_the_described_api():
    app = FastAPI()
    app.include_router(health_routes("lamp", {}, CollectorRegistry()))
    assert app.openapi()["paths"] == {}

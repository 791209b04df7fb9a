import asyncio
import logging
from collections.abc import Mapping

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from onwatch_runtime.http.health import Check, ops_app


async def answering() -> None:
    """A dependency that answers."""


async def refusing() -> None:
    raise ConnectionError("connection refused")


async def silent() -> None:
    await asyncio.Event().wait()


async def get(
    path: str, checks: Mapping[str, Check], registry: CollectorRegistry | None = None, timeout_s: float = 60
) -> httpx.Response:
    app = ops_app("lamp", checks, registry or CollectorRegistry(), timeout_s=timeout_s)
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
    assert answer.json()["checks"] == {"bus": "ok", "store": "failed"}


async def test_why_a_check_fails_is_logged_once_and_not_answered(caplog: pytest.LogCaptureFixture):
    failures = [ConnectionError("no route to db.internal"), None]

    async def failing_first() -> None:
        if failures[0]:
            raise failures[0]

    app = ops_app("lamp", {"store": failing_first}, CollectorRegistry())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://onwatch.test") as client:
        answers = [await client.get("/readyz") for _ in range(2)]
        failures.pop(0)
        answers += [await client.get("/readyz") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 503, 200, 200]
    assert not any("db.internal" in answer.text for answer in answers)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "the check store of lamp: ConnectionError: no route to db.internal",
        "the check store of lamp: ok again",
    ]


async def test_a_dependency_that_does_not_answer_in_time_counts_as_unreachable():
    answer = await get("/readyz", {"store": silent}, timeout_s=0.05)
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"store": "failed"}


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


async def test_the_checks_are_among_the_metrics():
    answer = await get("/metrics", {"bus": answering, "store": refusing})
    (family,) = text_string_to_metric_families(answer.text)
    assert {sample.labels["check"]: sample.value for sample in family.samples} == {"bus": 1, "store": 0}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_no_browser_shows_them_as_anything_else_or_in_a_frame(path: str):
    headers = (await get(path, {})).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/api/videos"])
async def test_nothing_else_is_served(path: str):
    assert (await get(path, {})).status_code == 404

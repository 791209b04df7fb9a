"""Response shapes are golden files: they do not change by accident."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from onwatch_aggregator.api import create_app
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.claims import Claims
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.queries import Queries
from onwatch_contracts.http import Claim, Problem, RunList, VehicleList, VideoMetrics
from onwatch_runtime.bus import Publisher
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.golden import Golden
from onwatch_testkit.ids import counting_ids


@pytest.fixture
async def client(
    live: RedisLiveStore, results: SqlResultsStore, clock: FakeClock, publisher: Publisher
) -> AsyncIterator[httpx.AsyncClient]:
    claims = Claims(live, results, clock, counting_ids("run"), 3.0, Instruments(CollectorRegistry()), publisher)
    transport = httpx.ASGITransport(create_app(Queries(live, results, clock), claims))
    async with httpx.AsyncClient(transport=transport, base_url="http://aggregator") as client:
        yield client


@pytest.fixture
def claim_body(clock: FakeClock, make: Any) -> dict[str, Any]:
    settings = make.settings.model_dump(mode="json")
    return {"worker_id": "worker-1", "requested_at": clock.now().isoformat(), "settings": settings}


@pytest.fixture
async def under_way(scene: Any) -> None:
    run = await scene.claim()
    await scene.commit(scene.batches(run)[:2])


@pytest.fixture
async def finished(scene: Any, finishing: Finishing) -> None:
    run = await scene.finished()
    await finishing.finish("video", run.run_id)


async def test_metrics_of_a_video_never_started(client: httpx.AsyncClient, golden: Golden):
    answer = await client.get("/api/videos/video/metrics")
    VideoMetrics.model_validate_json(answer.content)
    golden.check_json("metrics_none.json", answer.json())


@pytest.mark.usefixtures("under_way")
async def test_metrics_of_a_run_under_way(client: httpx.AsyncClient, golden: Golden):
    golden.check_json("metrics_running.json", (await client.get("/api/videos/video/metrics")).json())


@pytest.mark.usefixtures("finished")
async def test_metrics_of_a_finished_run(client: httpx.AsyncClient, golden: Golden):
    golden.check_json("metrics_finished.json", (await client.get("/api/videos/video/metrics")).json())


@pytest.mark.usefixtures("under_way")
async def test_vehicles_of_a_run_under_way(client: httpx.AsyncClient, golden: Golden):
    golden.check_json("vehicles_running.json", (await client.get("/api/videos/video/vehicles")).json())


@pytest.mark.usefixtures("finished")
async def test_vehicles_of_a_finished_run(client: httpx.AsyncClient, golden: Golden):
    answer = await client.get("/api/videos/video/vehicles", params={"run_id": "run-1"})
    VehicleList.model_validate_json(answer.content)
    golden.check_json("vehicles_finished.json", answer.json())


@pytest.mark.usefixtures("finished")
@pytest.mark.parametrize(
    "asked", [{"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv, */*;q=0.1"}}], ids=["format", "accept"]
)
async def test_vehicles_as_csv(client: httpx.AsyncClient, golden: Golden, asked: dict[str, Any]):
    answer = await client.get("/api/videos/video/vehicles", **asked)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="video-vehicles.csv"'
    golden.check("vehicles_finished.csv", answer.text)


@pytest.mark.usefixtures("finished")
async def test_vehicles_as_a_workbook(client: httpx.AsyncClient):
    answer = await client.get("/api/videos/video/vehicles?format=xlsx")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert answer.headers["content-disposition"] == 'attachment; filename="video-vehicles.xlsx"'
    assert answer.content[:2] == b"PK"


@pytest.mark.usefixtures("finished")
async def test_the_format_parameter_wins_over_the_accept_header(client: httpx.AsyncClient):
    answer = await client.get("/api/videos/video/vehicles?format=json", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "application/json"


async def test_vehicles_of_a_video_never_started_are_an_empty_list(client: httpx.AsyncClient, golden: Golden):
    golden.check_json("vehicles_none.json", (await client.get("/api/videos/video/vehicles")).json())


@pytest.mark.usefixtures("finished")
async def test_runs(client: httpx.AsyncClient, golden: Golden):
    answer = await client.get("/api/videos/video/runs")
    RunList.model_validate_json(answer.content)
    golden.check_json("runs.json", answer.json())


async def test_a_claim_granted(client: httpx.AsyncClient, claim_body: dict[str, Any], golden: Golden):
    answer = await client.post("/internal/videos/video/claim", json=claim_body)
    assert answer.status_code == 200
    Claim.model_validate_json(answer.content)
    golden.check_json("claim_granted.json", answer.json())


async def test_a_claim_resumed(
    client: httpx.AsyncClient, claim_body: dict[str, Any], golden: Golden, under_way: None, clock: FakeClock
):
    await clock.advance(3.0)
    golden.check_json("claim_resumed.json", (await client.post("/internal/videos/video/claim", json=claim_body)).json())


async def test_a_claim_refused(client: httpx.AsyncClient, claim_body: dict[str, Any], golden: Golden):
    await client.post("/internal/videos/video/claim", json=claim_body)
    answer = await client.post("/internal/videos/video/claim", json=claim_body)
    assert answer.status_code == 409
    Problem.model_validate_json(answer.content)
    golden.check_json("claim_refused.json", answer.json())


async def test_an_unknown_run_is_a_problem(client: httpx.AsyncClient, golden: Golden):
    answer = await client.get("/api/videos/video/vehicles", params={"run_id": "never"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    golden.check_json("run_not_found.json", answer.json())


@pytest.mark.parametrize("path", ["/api/videos/no.dots/metrics", "/api/videos/video/vehicles?run_id=a%2Fb"])
async def test_an_invalid_id_is_a_problem(client: httpx.AsyncClient, path: str):
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_claim_with_an_unknown_field_is_a_problem(client: httpx.AsyncClient, claim_body: dict[str, Any]):
    answer = await client.post("/internal/videos/video/claim", content=json.dumps({**claim_body, "force": True}))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")

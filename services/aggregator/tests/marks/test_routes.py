"""Marks of the rows of a finished run through the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.marks import marking
from onwatch_aggregator.marks.marking import Marking
from onwatch_aggregator.marks.routes import add_mark_routes
from onwatch_aggregator.marks.store import SqlMarkStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_contracts.marks import RunMarks
from onwatch_runtime.http import Api
from onwatch_testkit.clock import FakeClock

RUN = "/api/videos/video/runs/run-1"


@pytest.fixture
def on_servers() -> bool:
    """test_store.py runs on both databases."""
    return False


@pytest.fixture
async def client(
    results: SqlResultsStore, engine: AsyncEngine, clock: FakeClock, scene: Any, finishing: Finishing
) -> AsyncIterator[httpx.AsyncClient]:
    """With a finished run of car 1, which came twice, and truck 2."""
    run = await scene.finished()
    await finishing.finish("video", run.run_id)
    app = Api("test")
    add_mark_routes(app, Marking(results, SqlMarkStore(engine), clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://aggregator") as client:
        yield client


async def test_a_run_begins_without_marks(client: httpx.AsyncClient):
    found = RunMarks.model_validate_json((await client.get(f"{RUN}/marks")).content)
    assert (found.marks, found.missed, found.accuracy) == ((), (), None)
    assert (found.vehicles_count, found.marked_vehicles_count) == (2, 0)


async def test_marks_give_the_accuracy_of_the_run(client: httpx.AsyncClient):
    await client.put(f"{RUN}/marks/1/1", json={"verdict": "right"})
    await client.put(f"{RUN}/marks/1/2", json={"verdict": "right"})
    await client.put(f"{RUN}/marks/2/1", json={"verdict": "wrong"})
    answer = await client.post(f"{RUN}/missed", json={"at_s": 4.0, "vehicle_type": "bus"})
    assert answer.status_code == 201
    found = RunMarks.model_validate_json(answer.content)
    assert (found.marked_vehicles_count, len(found.marks), len(found.missed)) == (2, 3, 1)
    assert found.accuracy is not None
    assert (found.accuracy.total.person, found.accuracy.total.system) == (2, 2)
    assert list(found.accuracy.by_type) == ["car", "truck", "bus"]


async def test_marks_can_be_taken_back(client: httpx.AsyncClient):
    await client.put(f"{RUN}/marks/1/1", json={"verdict": "twice"})
    await client.post(f"{RUN}/missed", json={"at_s": 4.0})
    await client.delete(f"{RUN}/marks/1/1")
    found = RunMarks.model_validate_json((await client.delete(f"{RUN}/missed/1")).content)
    assert (found.marks, found.missed, found.accuracy) == ((), (), None)


@pytest.mark.parametrize(
    "body", [{"verdict": "perhaps"}, {"verdict": "wrong_type"}, {"verdict": "right", "vehicle_type": "bus"}]
)
async def test_a_mark_that_makes_no_sense_is_refused(client: httpx.AsyncClient, body: dict[str, str]):
    assert (await client.put(f"{RUN}/marks/1/1", json=body)).status_code == 422


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{RUN}/marks/3/1", "visit_not_found"),
        (f"{RUN}/marks/1/1?zone=other", "visit_not_found"),
        ("/api/videos/video/runs/never/marks/1/1", "run_not_found"),
        ("/api/videos/other/runs/run-1/marks/1/1", "run_not_found"),
    ],
)
async def test_what_does_not_exist_cannot_be_marked(client: httpx.AsyncClient, address: str, code: str):
    answer = await client.put(address, json={"verdict": "right"})
    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_missed_vehicles_are_limited(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(marking, "MAX_MISSED", 1)
    await client.post(f"{RUN}/missed", json={"at_s": 4.0})
    answer = await client.post(f"{RUN}/missed", json={"at_s": 5.0})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_missed")


async def test_somebody_else_who_marks_at_the_same_moment_is_told(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    async def refused(*_: object) -> bool:
        return False

    monkeypatch.setattr(SqlMarkStore, "put", refused)
    assert (await client.put(f"{RUN}/marks/1/1", json={"verdict": "right"})).json()["code"] == "not_marked"

"""Parts of the log and the sightings of a run, as the page asks for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.playback.log_store import SqlLogStore
from onwatch_aggregator.playback.queries import Playback
from onwatch_aggregator.playback.routes import add_playback_routes
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_contracts.playback import DetectionsPart, VisitSightings
from onwatch_runtime.http import Api

PART = "/api/videos/video/detections"


@pytest.fixture
def on_servers() -> bool:
    """test_log_store.py runs on both databases."""
    return False


@pytest.fixture
async def client(results: SqlResultsStore, engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    app = Api("test")
    add_playback_routes(app, Playback(results, SqlLogStore(engine)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://aggregator") as client:
        yield client


@pytest.fixture
async def finished(scene: Any, finishing: Finishing) -> None:
    run = await scene.finished()
    await finishing.finish("video", run.run_id)


@pytest.mark.usefixtures("finished")
async def test_a_part_has_the_pictures_of_its_span(client: httpx.AsyncClient):
    answer = await client.get(PART, params={"from_s": 0.5, "to_s": 1.0})
    part = DetectionsPart.model_validate_json(answer.content)
    assert (part.run_id, part.has_log, part.types) == ("run-1", True, ("car",))
    # The scene has a picture for each batch: at 0.25, 0.5, 0.75 and 10 s.
    assert [picture.at_s for picture in part.pictures] == [0.5, 0.75]
    assert part.pictures[0].boxes == ((1, 0, 20, 0, 29, 9),)


@pytest.mark.usefixtures("finished")
async def test_a_span_without_pictures_is_empty_and_still_has_a_log(client: httpx.AsyncClient):
    part = DetectionsPart.model_validate_json((await client.get(PART, params={"from_s": 20, "to_s": 30})).content)
    assert (part.pictures, part.has_log) == ((), True)


async def test_a_video_without_a_finished_run_has_no_log(client: httpx.AsyncClient):
    part = DetectionsPart.model_validate_json((await client.get(PART)).content)
    assert (part.run_id, part.has_log, part.pictures) == (None, False, ())
    found = VisitSightings.model_validate_json((await client.get(f"{PART}/visits")).content)
    assert (found.has_log, found.items) == (False, ())


@pytest.mark.usefixtures("finished")
@pytest.mark.parametrize(("from_s", "to_s"), [(0, 61), (5, 5), (5, 4)])
async def test_a_span_that_is_too_long_is_refused(client: httpx.AsyncClient, from_s: float, to_s: float):
    answer = await client.get(PART, params={"from_s": from_s, "to_s": to_s})
    assert (answer.status_code, answer.json()["code"]) == (422, "span_too_long")


@pytest.mark.usefixtures("finished")
async def test_a_run_of_another_video_is_not_found(client: httpx.AsyncClient):
    for address in (PART, f"{PART}/visits"):
        assert (await client.get(address, params={"run_id": "never"})).json()["code"] == "run_not_found"
    assert (await client.get("/api/videos/other/detections?run_id=run-1")).status_code == 404


@pytest.mark.usefixtures("finished")
async def test_the_log_is_read_once_for_the_sightings_of_a_run(client: httpx.AsyncClient, monkeypatch: Any):
    first = await client.get(f"{PART}/visits?run_id=run-1")
    found = VisitSightings.model_validate_json(first.content)
    # Car 1 is in the pictures at 0.25 s and 10 s, at which its visits end; truck 2 has no track in this log.
    first_visit = found.items[0]
    assert (first_visit.vehicle_id, first_visit.visit_no, first_visit.track_id, first_visit.at_s) == (1, 1, 1, 0.25)
    monkeypatch.setattr(SqlLogStore, "whole", None)
    assert (await client.get(f"{PART}/visits")).content == first.content

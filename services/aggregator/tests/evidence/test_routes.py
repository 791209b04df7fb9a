"""The address, as the page and programs ask it; measured in a process, as in operation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.evidence import EvidenceQueries, ProcessEvidenceMeasurer, add_evidence_routes
from onwatch_aggregator.playback import SqlLogStore
from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_contracts.evidence import VideoEvidence
from onwatch_runtime.http import Api

from .conftest import SaveRun

EVIDENCE = "/api/videos/video/evidence"


@pytest.fixture
async def client(
    results: SqlResultsStore, recount_store: SqlRecountStore, engine: AsyncEngine
) -> AsyncIterator[httpx.AsyncClient]:
    app = Api("test")
    log = SqlLogStore(engine)
    add_evidence_routes(app, EvidenceQueries(results, recount_store, log, ProcessEvidenceMeasurer()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://aggregator") as client:
        yield client


async def test_a_run_is_answered_as_json_and_as_csv(client: httpx.AsyncClient, save_run: SaveRun):
    await save_run()
    answer = await client.get(EVIDENCE)
    evidence = VideoEvidence.model_validate_json(answer.content)
    assert (evidence.run_id, evidence.level, len(evidence.items)) == ("run-1", 0.9, 1)
    for options in ({"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}):
        file = await client.get(EVIDENCE, **options)  # type: ignore[arg-type]
        assert file.headers["content-type"].startswith("text/csv")
        assert file.headers["content-disposition"] == 'attachment; filename="video-evidence.csv"'
        assert len(file.text.splitlines()) == 2


async def test_a_video_without_a_finished_run_has_none(client: httpx.AsyncClient):
    evidence = VideoEvidence.model_validate_json((await client.get(EVIDENCE)).content)
    assert (evidence.run_id, evidence.has_log, evidence.zones) == (None, False, ())


async def test_an_unknown_run_is_refused(client: httpx.AsyncClient):
    answer = await client.get(EVIDENCE, params={"run_id": "never"})
    assert (answer.status_code, answer.json()["code"]) == (404, "run_not_found")

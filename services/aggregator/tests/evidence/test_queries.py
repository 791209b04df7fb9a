"""What is answered about a run, from its log and the site of its video."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.errors import EvidenceFailed, RunNotFound
from onwatch_aggregator.evidence.measuring import LoggedRun
from onwatch_aggregator.evidence.queries import ANSWERS_KEPT, EvidenceQueries
from onwatch_aggregator.playback.log_store import SqlLogStore
from onwatch_aggregator.recounts import RecountImpossible
from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.recounts.store import StoredSite
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_contracts.site import Site
from onwatch_contracts.values import Zone
from onwatch_counting.evidence import SiteEvidence
from onwatch_counting.log import LoggedPicture, unpack_columns
from onwatch_counting.recount import recount

from .conftest import LEFT_HALF, SETTINGS, SaveRun


class Measurer:
    """In this process."""

    def __init__(self) -> None:
        self.measured: list[LoggedRun] = []
        self.problem: Exception | None = None

    async def evidence(self, run: LoggedRun, log: AsyncIterator[bytes]) -> SiteEvidence:
        self.measured.append(run)
        if self.problem is not None:
            raise self.problem
        chunks = [unpack_columns(chunk) async for chunk in log]
        evidence = recount(run.site, chunks, run.end_s, keep_evidence=True).evidence
        assert evidence is not None
        return evidence


@pytest.fixture
def measurer() -> Measurer:
    return Measurer()


@pytest.fixture
def queries(
    results: SqlResultsStore, recount_store: SqlRecountStore, engine: AsyncEngine, measurer: Measurer
) -> EvidenceQueries:
    return EvidenceQueries(results, recount_store, SqlLogStore(engine), measurer)


async def test_each_visit_of_each_zone_has_its_evidence(
    queries: EvidenceQueries, save_run: SaveRun, put_site: StoredSite
):
    await save_run()
    answer = await queries.evidence("video", None)
    assert (answer.run_id, answer.revision, answer.has_log) == ("run-1", put_site.revision, True)
    whole, left = answer.items
    assert (whole.zone_id, whole.vehicle_id, whole.visit_no) == ("roi", 1, 1)
    assert whole.detections_count == 125 + 62
    assert whole.seen_share == round(187 / 249, 4)
    assert whole.longest_gap_s == pytest.approx(0.08)
    assert (whole.mean_confidence, whole.tracks_count, whole.touches_border) == (0.5, 1, True)
    assert (whole.born_inside, whole.ended_inside) == (True, True)
    assert (left.zone_id, left.seen_share) == ("left", 1.0)
    assert [(zone.zone_id, zone.total_vehicles_count) for zone in answer.zones] == [("roi", 1), ("left", 1)]
    for zone in answer.zones:
        assert zone.high is not None
        assert zone.low <= 1 <= zone.high


async def test_the_region_of_interest_is_that_of_the_run(
    queries: EvidenceQueries, save_run: SaveRun, put_site: StoredSite, measurer: Measurer
):
    await save_run(settings=SETTINGS.model_copy(update={"zones": (Zone(polygon=LEFT_HALF),)}))
    answer = await queries.evidence("video", None)
    assert answer.items[0].seen_share == 1.0
    assert [zone.polygon for zone in measurer.measured[0].site.zones] == [LEFT_HALF, LEFT_HALF]


async def test_an_older_run_has_its_region_of_interest_alone(
    queries: EvidenceQueries, save_run: SaveRun, put_site: StoredSite
):
    await save_run("run-1")
    await save_run("run-2")
    answer = await queries.evidence("video", "run-1")
    assert (answer.run_id, answer.revision) == ("run-1", None)
    assert [zone.zone_id for zone in answer.zones] == ["roi"]


async def test_an_answer_is_measured_once_for_each_site(
    queries: EvidenceQueries,
    save_run: SaveRun,
    put_site: StoredSite,
    measurer: Measurer,
    recount_store: SqlRecountStore,
):
    await save_run()
    assert await queries.evidence("video", None) == await queries.evidence("video", "run-1")
    assert len(measurer.measured) == 1
    await recount_store.put_site("video", StoredSite(4, Site()))
    assert (await queries.evidence("video", None)).revision == 4
    assert len(measurer.measured) == 2


async def test_few_answers_are_kept(queries: EvidenceQueries, save_run: SaveRun, measurer: Measurer):
    runs = [f"run-{n}" for n in range(ANSWERS_KEPT + 1)]
    for run_id in runs:
        await save_run(run_id)
        await queries.evidence("video", run_id)
    await queries.evidence("video", runs[0])
    assert len(measurer.measured) == len(runs) + 1


async def test_without_a_run_or_a_log_nothing_is_said(queries: EvidenceQueries, save_run: SaveRun):
    assert (await queries.evidence("video", None)).run_id is None
    await save_run(given=())
    answer = await queries.evidence("video", None)
    assert (answer.run_id, answer.has_log, answer.zones, answer.items) == ("run-1", False, (), ())
    with pytest.raises(RunNotFound):
        await queries.evidence("video", "never")


async def test_where_nothing_is_detected_the_total_is_not_known(queries: EvidenceQueries, save_run: SaveRun):
    await save_run(given=[LoggedPicture(n / 25) for n in range(250)])
    (zone,) = (await queries.evidence("video", None)).zones
    assert (zone.total_vehicles_count, zone.low, zone.high, zone.unknown_reason) == (0, 0, None, "nothing_detected")


async def test_a_log_that_cannot_be_counted_is_a_problem(
    queries: EvidenceQueries, save_run: SaveRun, measurer: Measurer
):
    await save_run()
    measurer.problem = RecountImpossible("it is damaged")
    with pytest.raises(EvidenceFailed, match="it is damaged"):
        await queries.evidence("video", None)
    measurer.problem = None
    assert (await queries.evidence("video", None)).has_log

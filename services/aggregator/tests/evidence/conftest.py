"""A finished run of one car in ten seconds, with its log and a site."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from onwatch_aggregator.counting.run_record import RunRecord
from onwatch_aggregator.counting.totals import RunTotals
from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.recounts.store import StoredSite
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_contracts.site import Site, SiteZone
from onwatch_contracts.values import RunSettings
from onwatch_counting.log import LogChunk, LoggedBox, LoggedPicture, pack
from onwatch_testkit.clock import FakeClock

SETTINGS = RunSettings(duration_s=10.0, frames_per_second=25.0, detector_model="demo")
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
SaveRun = Callable[..., Awaitable[RunRecord]]


@pytest.fixture
def on_servers() -> bool:
    """The stores have tests of their own on both databases."""
    return False


@pytest.fixture
def site() -> Site:
    return Site(zones=(Site().zones[0], SiteZone(zone_id="left", name="Left half", polygon=LEFT_HALF)))


@pytest.fixture
def pictures() -> Sequence[LoggedPicture]:
    """A car drives from the left to the right. Half of the pictures of its second half show nothing of it."""
    step = 32768 // 260
    boxes = [LoggedBox(1, n * step, 16000, n * step + 1500, 18000, 128, "car") for n in range(250)]
    return [LoggedPicture(n / 25, () if n >= 125 and n % 2 else (box,)) for n, box in enumerate(boxes)]


@pytest.fixture
def recount_store(engine: object) -> SqlRecountStore:
    return SqlRecountStore(engine)  # type: ignore[arg-type]


@pytest.fixture
async def put_site(recount_store: SqlRecountStore, site: Site) -> StoredSite:
    stored = StoredSite(3, site)
    await recount_store.put_site("video", stored)
    return stored


@pytest.fixture
def save_run(results: SqlResultsStore, clock: FakeClock, pictures: Sequence[LoggedPicture]) -> SaveRun:
    """Writes a finished run with the log of these pictures; of no pictures it has none."""

    async def save(
        run_id: str = "run-1", given: Sequence[LoggedPicture] | None = None, settings: RunSettings = SETTINGS
    ) -> RunRecord:
        given = pictures if given is None else given
        await clock.advance(60)
        record = RunRecord("video", run_id, settings, clock.now(), clock.now(), 10.0, RunTotals())
        parts = [given[start : start + 50] for start in range(0, len(given), 50)]
        chunks = [
            LogChunk(
                no, part[0].timestamp_s, part[-1].timestamp_s, len(part), sum(len(p.boxes) for p in part), pack(part)
            )
            for no, part in enumerate(parts)
        ]
        await results.save(record, (), chunks)
        return record

    return save

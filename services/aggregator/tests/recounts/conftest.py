"""A finished run with a log of detections, and results with every kind of value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.counting.run_record import RunRecord
from onwatch_aggregator.counting.totals import RunTotals
from onwatch_aggregator.recounts.sql_store import SqlRecountStore
from onwatch_aggregator.recounts.store import Found, StoredSite
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.results.tables import detections
from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_contracts.values import ExitReason, RunSettings
from onwatch_counting.log import LoggedBox, LoggedPicture, pack
from onwatch_counting.site import Crossing, SiteResults, SiteVehicle, ZoneVisit
from onwatch_testkit.clock import FakeClock

SETTINGS = RunSettings(duration_s=10.0, frames_per_second=25.0, detector_model="demo")


@pytest.fixture
def store(engine: AsyncEngine) -> SqlRecountStore:
    return SqlRecountStore(engine)


@pytest.fixture
def site() -> Site:
    """A zone in the left half and a gate down the middle, besides the region of interest."""
    left = SiteZone(zone_id="left", name="Left half", polygon=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
    middle = Gate(gate_id="middle", name="Middle", points=((0.5, 0.0), (0.5, 1.0)))
    return Site(zones=(Site().zones[0], left), gates=(middle,))


@pytest.fixture
def stored_site(site: Site) -> StoredSite:
    return StoredSite(revision=3, site=site)


def _pictures() -> Sequence[LoggedPicture]:
    """One car drives from the left to the right in ten seconds."""
    step = 32768 // 260
    boxes = [LoggedBox(1, n * step, 16000, n * step + 1500, 18000, 200, "car", ()) for n in range(250)]
    return [LoggedPicture(n / 25, (box,)) for n, box in enumerate(boxes)]


@pytest.fixture(scope="session")
def chunks() -> tuple[bytes, ...]:
    pictures = _pictures()
    return tuple(pack(pictures[start : start + 50]) for start in range(0, len(pictures), 50))


@pytest.fixture
def save_run(
    results: SqlResultsStore, engine: AsyncEngine, chunks: tuple[bytes, ...], clock: FakeClock
) -> Callable[..., Awaitable[RunRecord]]:
    """Writes a finished run and its log."""

    async def save(run_id: str = "run-1", video_id: str = "video", *, has_log: bool = True, days: int = 0) -> RunRecord:
        finished_at = clock.now() + timedelta(days=days)
        record = RunRecord(video_id, run_id, SETTINGS, finished_at, finished_at, 10.0, RunTotals())
        await results.save(record, ())
        rows = [
            {
                "run_id": run_id,
                "chunk_no": number,
                "starts_s": number * 2.0,
                "ends_s": number * 2.0 + 2.0,
                "pictures_count": 50,
                "boxes_count": 50,
                "body": chunk,
            }
            for number, chunk in enumerate(chunks)
        ]
        async with engine.begin() as connection:
            if has_log:
                await connection.execute(sa.insert(detections), rows)
        return record

    return save


@pytest.fixture
def remove_log(engine: AsyncEngine) -> Callable[[str], Awaitable[None]]:
    async def remove(run_id: str) -> None:
        async with engine.begin() as connection:
            await connection.execute(sa.delete(detections).where(detections.c.run_id == run_id))

    return remove


@pytest.fixture
def found() -> Found:
    """Of the site above; its numbers are no multiples of a power of two."""
    vehicle = SiteVehicle(1, "car", 0.1, 1 / 3, 0.2, 0.1 + 0.2, 1, False, ExitReason.LEFT, 49.9 + 1e-9, 1.1)
    tram = SiteVehicle(2, "tram", 0.0, 9.9, 0.0, 9.9, 1, True, ExitReason.END_OF_VIDEO)
    visits = (
        ZoneVisit("roi", 1, 1, 1, "car", 0.1, 1 / 3, ExitReason.LEFT, False, 0.2, 0.0, 0, False),
        ZoneVisit("roi", 2, 1, None, "tram", 0.0, 9.9, ExitReason.END_OF_VIDEO, True, 0.0, 9.9, 1, True, ((0.0, 9.9),)),
        ZoneVisit("left", 1, 1, 1, "car", 0.1, 0.2, ExitReason.LEFT, False, 0.1, 0.0, 0, False, (), 33.3, 0.7),
    )
    crossings = (
        Crossing("middle", 1, 1, "car", 0.2, "forward", (0.5, 1 / 3), 49.9, 1.1, None, None),
        Crossing("middle", 1, 2, "car", 0.3, "backward", (0.5, 2 / 3), None, None, 0.1, 0.05),
    )
    return Found(SiteResults((vehicle, tram), visits, crossings, 5), ((0.0, 3.3), (5.5, 10.0)))


@pytest.fixture
def day() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def any_found() -> Any:
    return Found(SiteResults(), ())

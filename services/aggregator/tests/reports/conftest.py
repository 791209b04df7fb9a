"""Results of a junction, made by hand, and the API that answers from them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from onwatch_aggregator.live.redis_store import RedisLiveStore
from onwatch_aggregator.recounts.store import Found, Recount, RecountState, StoredResults, StoredSite
from onwatch_aggregator.reports.queries import Reports
from onwatch_aggregator.reports.routes import add_report_routes
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_contracts.site import Gate, Movement, MovementStep, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME, ExitReason
from onwatch_counting.site import Crossing, SiteResults, SiteVehicle, ZoneVisit
from onwatch_counting.tables import DEFAULT_SCHEME
from onwatch_runtime.http import Api

RECORDED_AT = datetime.fromisoformat("2026-05-04T07:50:00+02:00")
COUNTED_AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
END_S = 4800.0

SITE = Site(
    zones=(Site().zones[0], SiteZone(zone_id="stop", name="Stop line", polygon=WHOLE_FRAME)),
    gates=(
        Gate(gate_id="n", name="North", points=((0, 0.1), (1, 0.1)), forward_name="in", backward_name="out"),
        Gate(gate_id="e", name="East", points=((0.9, 0), (0.9, 1))),
    ),
    movements=(
        Movement(
            movement_id="left",
            name="North to east",
            steps=(MovementStep(gate_id="n", direction="forward"), MovementStep(gate_id="e")),
        ),
    ),
    recorded_at=RECORDED_AT,
    time_zone="Europe/Berlin",
)


def _vehicle(vehicle_id: int, kind: str, **fields: Any) -> SiteVehicle:
    given = {"is_parked": False, "end_reason": ExitReason.LEFT, "standing_s": 0.0, "stops_count": 0} | fields
    return SiteVehicle(vehicle_id, kind, first_seen_s=0.0, last_seen_s=END_S, moving_s=9.0, **given)


def _crossings() -> list[Crossing]:
    """Cars from north to east, one every 20 s and more of them after half an hour; now and then a bus or a tram."""
    found = []
    times_s = [20.0 * n for n in range(90)] + [1800.0 + 10.0 * n for n in range(300)]
    for vehicle_id, at_s in enumerate(times_s, 1):
        kind = _kind(vehicle_id)
        found.append(Crossing("n", vehicle_id, 1, kind, at_s, "forward", (0.5, 0.1), 48.2, 1.5, None, None))
        if vehicle_id % 3:
            found.append(Crossing("e", vehicle_id, 1, kind, at_s + 7.5, "forward", (0.9, 0.5), None, None, 10.0, None))
    return found


def _kind(vehicle_id: int) -> str:
    if vehicle_id % 50 == 0:
        return "tram"
    return "bus" if vehicle_id % 20 == 0 else "car"


def _results() -> SiteResults:
    crossings = _crossings()
    vehicles = [_vehicle(vehicle_id, _kind(vehicle_id)) for vehicle_id in range(1, 391)]
    parked = _vehicle(391, "truck", is_parked=True, end_reason=ExitReason.END_OF_VIDEO, standing_s=END_S)
    visits = [
        ZoneVisit(
            "stop",
            n,
            1,
            n,
            _kind(n),
            at_s,
            at_s + 8.0,
            ExitReason.LEFT,
            False,
            5.0,
            3.0,
            1,
            False,
            ((at_s + 2, at_s + 5),),
        )
        for n, at_s in ((3, 60.0), (6, 61.5))
    ]
    visits.append(
        ZoneVisit(
            "stop",
            391,
            1,
            391,
            "truck",
            0.0,
            END_S,
            ExitReason.END_OF_VIDEO,
            True,
            0.0,
            END_S,
            1,
            True,
            ((0.0, END_S),),
        )
    )
    order = {"n": 0, "e": 1}
    return SiteResults(
        (*vehicles, parked), tuple(visits), tuple(sorted(crossings, key=lambda one: (order[one.gate_id], one.at_s))), 12
    )


@pytest.fixture(scope="session")
def stored() -> StoredResults:
    """80 minutes from 07:50; five of them, from 08:40, were not analysed."""
    found = Found(_results(), ((0.0, 3000.0), (3300.0, END_S)))
    return StoredResults("run-1", 3, SITE, END_S, COUNTED_AT, found)


@pytest.fixture(scope="session")
def without_clock(stored: StoredResults) -> StoredResults:
    return replace(stored, site=SITE.model_copy(update={"recorded_at": None, "time_zone": None}))


class FakeStore:
    """What a recount store answers to queries."""

    def __init__(self) -> None:
        self.stored: dict[str, StoredResults] = {}
        self.found: dict[str, Recount] = {}
        self.revision = 3

    async def site(self, video_id: str) -> StoredSite | None:
        return StoredSite(self.revision, SITE)

    async def results(self, video_id: str) -> StoredResults | None:
        return self.stored.get(video_id)

    async def recount(self, video_id: str) -> Recount | None:
        return self.found.get(video_id)

    def put(self, video_id: str, stored: StoredResults, state: RecountState = RecountState.FINISHED) -> None:
        self.stored[video_id] = stored
        self.found[video_id] = Recount(video_id, "run-1", 3, state, 1.0, COUNTED_AT, COUNTED_AT)


class FakeRecounts:
    """Requests and cancellations."""

    def __init__(self, store: FakeStore) -> None:
        self.store = store

    async def request(self, video_id: str, *, again: bool = False) -> Recount | None:
        found = self.store.found.get(video_id)
        if found is not None and again:
            self.store.found[video_id] = found = replace(
                found, state=RecountState.WAITING, progress=0.0, finished_at=None
            )
        return found

    async def cancel(self, video_id: str) -> bool:
        found = self.store.found.get(video_id)
        if found is None or found.state is not RecountState.WAITING:
            return False
        self.store.found[video_id] = replace(found, state=RecountState.CANCELLED)
        return True


@pytest.fixture
def recount_store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def reports(recount_store: Any, results: SqlResultsStore, live: RedisLiveStore) -> Reports:
    return Reports(recount_store, FakeRecounts(recount_store), results, live, DEFAULT_SCHEME)  # type: ignore[arg-type] a fake


@pytest.fixture
async def client(reports: Reports) -> AsyncIterator[httpx.AsyncClient]:
    app = Api("test")
    add_report_routes(app, reports)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://aggregator") as client:
        yield client


@pytest.fixture
def on_servers() -> bool:
    """These tests read a fake store: nothing in them differs between servers."""
    return False

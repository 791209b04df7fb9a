from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from onwatch_aggregator.marks.store import SqlMarkStore
from onwatch_aggregator.results.sql_store import SqlResultsStore
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_contracts.marks import MissedRequest, Verdict, VisitMark
from onwatch_contracts.values import VehicleType
from onwatch_testkit.clock import FakeClock

RUN = "run-1"


def mark(verdict: Verdict, vehicle_type: VehicleType | None = None) -> VisitMark:
    return VisitMark(vehicle_id=1, visit_no=1, zone_id="roi", verdict=verdict, vehicle_type=vehicle_type)


@pytest.fixture
async def marks(scene: Any, finishing: Finishing, engine: AsyncEngine) -> SqlMarkStore:
    run = await scene.finished()
    await finishing.finish("video", run.run_id)
    return SqlMarkStore(engine)


async def test_a_later_mark_replaces_an_earlier_one(marks: SqlMarkStore, clock: FakeClock):
    assert await marks.put(RUN, mark(Verdict.WRONG), clock.now())
    assert await marks.put(RUN, later := mark(Verdict.WRONG_TYPE, VehicleType.BUS), clock.now())
    assert await marks.marks(RUN) == (later,)
    await marks.remove(RUN, "roi", 1, 1)
    assert await marks.marks(RUN) == ()


async def test_missed_vehicles_are_listed_by_time(marks: SqlMarkStore, clock: FakeClock):
    for at_s in (7.5, 2.0):
        assert await marks.add_missed(RUN, MissedRequest(at_s=at_s, vehicle_type=VehicleType.BUS), clock.now())
    assert [(one.missed_id, one.at_s) for one in await marks.missed(RUN)] == [(2, 2.0), (1, 7.5)]
    await marks.remove_missed(RUN, 2)
    assert [one.missed_id for one in await marks.missed(RUN)] == [1]


async def test_marks_are_deleted_with_their_video(marks: SqlMarkStore, clock: FakeClock, results: SqlResultsStore):
    await marks.put(RUN, mark(Verdict.RIGHT), clock.now())
    await marks.add_missed(RUN, MissedRequest(at_s=1.0), clock.now())
    assert await results.delete_video("video") == 1
    assert (await marks.marks(RUN), await marks.missed(RUN)) == ((), ())


async def test_a_run_that_was_deleted_meanwhile_takes_no_marks(marks: SqlMarkStore, clock: FakeClock):
    assert not await marks.put("gone", mark(Verdict.RIGHT), clock.now())
    assert not await marks.add_missed("gone", MissedRequest(at_s=1.0), clock.now())

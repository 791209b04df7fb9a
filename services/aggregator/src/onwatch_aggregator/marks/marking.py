"""Marks rows of finished runs."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_aggregator.errors import NotMarked, TooManyMissed, VisitNotFound
from onwatch_aggregator.marks.marked_accuracy import first_visits, marked_accuracy
from onwatch_aggregator.marks.store import MarkStore
from onwatch_aggregator.results import ResultsStore, run_of
from onwatch_contracts.marks import MarkRequest, MissedRequest, RunMarks, VisitMark
from onwatch_runtime.clock import Clock

MAX_MISSED = 10_000


@dataclass(frozen=True)
class Marking:
    """Every method returns all marks of the run; `RunNotFound` unless the run is finished and of the video."""

    results: ResultsStore
    marks: MarkStore
    clock: Clock

    async def of_run(self, video_id: str, run_id: str) -> RunMarks:
        run = await run_of(self.results, video_id, run_id)
        visits = await self.results.vehicles(run_id)
        marks, missed = await self.marks.marks(run_id), await self.marks.missed(run_id)
        vehicles = first_visits(visits)
        marked = {(mark.vehicle_id, mark.zone_id) for mark in marks if mark.visit_no == 1}
        return RunMarks(
            video_id=video_id,
            run_id=run_id,
            marks=marks,
            missed=missed,
            vehicles_count=len(vehicles),
            marked_vehicles_count=sum((visit.vehicle_id, visit.zone_id) in marked for visit in vehicles),
            accuracy=marked_accuracy(visits, marks, missed, run.analysed_s),
        )

    async def mark(
        self, video_id: str, run_id: str, zone_id: str, vehicle_id: int, visit_no: int, request: MarkRequest
    ) -> RunMarks:
        """`VisitNotFound` if the run has no such row."""
        await run_of(self.results, video_id, run_id)
        mark = VisitMark(vehicle_id=vehicle_id, visit_no=visit_no, zone_id=zone_id, **dict(request))
        known = {(row.vehicle_id, row.visit_no, row.zone_id) for row in await self.results.vehicles(run_id)}
        if (vehicle_id, visit_no, zone_id) not in known:
            raise VisitNotFound(run_id, zone_id, vehicle_id, visit_no)
        return await self._changed(video_id, run_id, is_done=await self.marks.put(run_id, mark, self.clock.now()))

    async def unmark(self, video_id: str, run_id: str, zone_id: str, vehicle_id: int, visit_no: int) -> RunMarks:
        await run_of(self.results, video_id, run_id)
        await self.marks.remove(run_id, zone_id, vehicle_id, visit_no)
        return await self.of_run(video_id, run_id)

    async def add_missed(self, video_id: str, run_id: str, request: MissedRequest) -> RunMarks:
        await run_of(self.results, video_id, run_id)
        if len(await self.marks.missed(run_id)) >= MAX_MISSED:
            raise TooManyMissed(run_id, MAX_MISSED)
        is_done = await self.marks.add_missed(run_id, request, self.clock.now())
        return await self._changed(video_id, run_id, is_done=is_done)

    async def remove_missed(self, video_id: str, run_id: str, missed_id: int) -> RunMarks:
        await run_of(self.results, video_id, run_id)
        await self.marks.remove_missed(run_id, missed_id)
        return await self.of_run(video_id, run_id)

    async def _changed(self, video_id: str, run_id: str, *, is_done: bool) -> RunMarks:
        after = await self.of_run(video_id, run_id)
        if not is_done:
            raise NotMarked(run_id)
        return after

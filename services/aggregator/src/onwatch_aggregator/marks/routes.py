"""The HTTP API of marks."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Path, Query

from onwatch_aggregator.errors import NotMarked, RunNotFound, TooManyMissed, VisitNotFound
from onwatch_aggregator.marks.marking import Marking
from onwatch_contracts.marks import MarkRequest, MissedRequest, RunMarks
from onwatch_contracts.values import DEFAULT_ZONE_ID, RunId, VideoId
from onwatch_runtime.http import InvalidRequest, documented

MAX_ID = 2**31 - 1
MARKS = "/api/videos/{video_id}/runs/{run_id}/marks"
MISSED = "/api/videos/{video_id}/runs/{run_id}/missed"

Number = Annotated[int, Path(ge=1, le=MAX_ID)]
Zone = Annotated[str, Query(max_length=64)]


def add_mark_routes(app: FastAPI, marking: Marking) -> None:
    """Each answers with all marks of the run and the accuracy that follows from them."""

    @app.get(MARKS, responses=documented(RunNotFound))
    async def get_marks(video_id: VideoId, run_id: RunId) -> RunMarks:
        """What persons said about the rows of a finished run."""
        return await marking.of_run(video_id, run_id)

    @app.put(
        MARKS + "/{vehicle_id}/{visit_no}",
        responses=documented(RunNotFound, VisitNotFound, NotMarked, InvalidRequest),
    )
    async def put_mark(
        video_id: VideoId,
        run_id: RunId,
        vehicle_id: Number,
        visit_no: Number,
        mark: MarkRequest,
        zone: Zone = DEFAULT_ZONE_ID,
    ) -> RunMarks:
        """Mark a row as right, wrong, counted twice, or of a wrong type. It replaces an earlier mark."""
        return await marking.mark(video_id, run_id, zone, vehicle_id, visit_no, mark)

    @app.delete(MARKS + "/{vehicle_id}/{visit_no}", responses=documented(RunNotFound))
    async def delete_mark(
        video_id: VideoId, run_id: RunId, vehicle_id: Number, visit_no: Number, zone: Zone = DEFAULT_ZONE_ID
    ) -> RunMarks:
        return await marking.unmark(video_id, run_id, zone, vehicle_id, visit_no)

    @app.post(MISSED, status_code=201, responses=documented(RunNotFound, TooManyMissed, NotMarked, InvalidRequest))
    async def add_missed(video_id: VideoId, run_id: RunId, missed: MissedRequest) -> RunMarks:
        """Add a vehicle that the run did not count."""
        return await marking.add_missed(video_id, run_id, missed)

    @app.delete(MISSED + "/{missed_id}", responses=documented(RunNotFound))
    async def delete_missed(video_id: VideoId, run_id: RunId, missed_id: Number) -> RunMarks:
        return await marking.remove_missed(video_id, run_id, missed_id)

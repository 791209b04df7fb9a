"""The HTTP API of playback."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query

from onwatch_aggregator.errors import RunNotFound, SpanTooLong
from onwatch_aggregator.playback.queries import MAX_SPAN_S, Playback
from onwatch_contracts.playback import DetectionsPart, VisitSightings
from onwatch_contracts.values import RunId, VideoId
from onwatch_runtime.http import documented

OfRun = Annotated[RunId | None, Query(description="a finished run; default: the newest")]
Time = Annotated[float, Query(ge=0, allow_inf_nan=False, description="of video time, in seconds")]


def add_playback_routes(app: FastAPI, playback: Playback) -> None:
    @app.get("/api/videos/{video_id}/detections", responses=documented(RunNotFound, SpanTooLong))
    async def get_detections(
        video_id: VideoId, from_s: Time = 0.0, to_s: Time = MAX_SPAN_S, run_id: OfRun = None
    ) -> DetectionsPart:
        """The boxes of each analysed picture from `from_s` up to `to_s`, at most a minute."""
        return await playback.part(video_id, run_id, from_s, to_s)

    @app.get("/api/videos/{video_id}/detections/visits", responses=documented(RunNotFound))
    async def get_sightings(video_id: VideoId, run_id: OfRun = None) -> VisitSightings:
        """The track of each row of the table of vehicles, and the picture and box in which it is seen best."""
        return await playback.sightings(video_id, run_id)

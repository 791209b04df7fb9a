"""The HTTP API: numbers, vehicles and runs of a video; and, inside the cluster, claims."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import FastAPI, Header, Query, Response

from onwatch_aggregator.results.reader import Reading
from onwatch_aggregator.results.vehicles_csv import vehicles_csv
from onwatch_aggregator.runs.claims import Claims
from onwatch_contracts.http import Claim, ClaimRequest, RunList, VehicleList, VideoMetrics
from onwatch_contracts.values import RunId, VideoId
from onwatch_runtime.http.problems import install_problem_handlers

CSV_MEDIA_TYPE = "text/csv"


def create_app(reading: Reading, claims: Claims) -> FastAPI:
    app = FastAPI(title="Onwatch aggregator")
    install_problem_handlers(app)

    @app.get("/api/videos/{video_id}/metrics")
    async def get_metrics(video_id: VideoId) -> VideoMetrics:
        """The numbers of the newest run: from Redis while it runs, from SQL after."""
        return await reading.metrics(video_id)

    @app.get("/api/videos/{video_id}/vehicles", response_model=VehicleList)
    async def get_vehicles(
        video_id: VideoId,
        run_id: Annotated[RunId | None, Query()] = None,
        format: Annotated[Literal["json", "csv"] | None, Query()] = None,  # noqa: A002 the name in the URL
        accept: Annotated[str, Header()] = "",
    ) -> VehicleList | Response:
        """The vehicles of a run, the newest by default. CSV with `format=csv` or `Accept: text/csv`."""
        vehicles = await reading.vehicles(video_id, run_id)
        wants_csv = format == "csv" or (format is None and CSV_MEDIA_TYPE in accept)
        return _csv_response(vehicles) if wants_csv else vehicles

    @app.get("/api/videos/{video_id}/runs")
    async def get_runs(video_id: VideoId, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> RunList:
        """The finished runs, newest first."""
        return await reading.runs(video_id, limit)

    @app.post("/internal/videos/{video_id}/claim")
    async def claim_run(video_id: VideoId, request: ClaimRequest) -> Claim:
        """A worker asks for the run. 409 with a `ClaimRefusal` as code if it is not to be had."""
        return await claims.claim(video_id, request)

    return app


def _csv_response(vehicles: VehicleList) -> Response:
    name = f"{vehicles.video_id}-vehicles.csv"
    return Response(
        vehicles_csv(vehicles.items),
        media_type=CSV_MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )

"""The HTTP API: totals, vehicles and runs of a video; and claims, for workers inside the cluster."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import FastAPI, Header, Query, Response

from onwatch_aggregator.errors import (
    RunFinished,
    RunFinishing,
    RunLeased,
    RunNotFound,
    StoreFull,
    StoreUnavailable,
    VideoDeleted,
)
from onwatch_aggregator.results import vehicles_csv
from onwatch_aggregator.runs import Claims, Queries
from onwatch_contracts.http import Claim, ClaimRequest, RunList, VehicleList, VideoMetrics
from onwatch_contracts.values import RunId, VideoId
from onwatch_runtime.http import Api, documented

CSV_MEDIA_TYPE = "text/csv"
REFUSALS = (RunLeased, RunFinished, RunFinishing, VideoDeleted)
VEHICLES = {200: {"content": {CSV_MEDIA_TYPE: {"schema": {"type": "string"}}}}, **documented(RunNotFound)}


def create_app(queries: Queries, claims: Claims) -> FastAPI:
    app = Api("Onwatch aggregator", common=(StoreUnavailable, StoreFull))

    @app.get("/api/videos/{video_id}/metrics")
    async def get_metrics(video_id: VideoId) -> VideoMetrics:
        """The totals of the newest run: from Redis while it runs, then from SQL."""
        return await queries.metrics(video_id)

    @app.get("/api/videos/{video_id}/vehicles", response_model=VehicleList, responses=VEHICLES)
    async def get_vehicles(
        video_id: VideoId,
        run_id: Annotated[RunId | None, Query()] = None,
        format: Annotated[Literal["json", "csv"] | None, Query()] = None,  # noqa: A002 the name in the URL
        accept: Annotated[str, Header()] = "",
    ) -> VehicleList | Response:
        """The vehicles of a run, the newest by default. CSV with `format=csv` or `Accept: text/csv`."""
        vehicles = await queries.vehicles(video_id, run_id)
        wants_csv = format == "csv" or (format is None and CSV_MEDIA_TYPE in accept)
        return _csv_response(vehicles) if wants_csv else vehicles

    @app.get("/api/videos/{video_id}/runs")
    async def get_runs(video_id: VideoId, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> RunList:
        """The finished runs, newest first."""
        return await queries.runs(video_id, limit)

    @app.post("/internal/videos/{video_id}/claim", responses=documented(*REFUSALS))
    async def claim_run(video_id: VideoId, request: ClaimRequest) -> Claim:
        """Grant the run to a worker. 409 with a `ClaimRefusal` as code if it is not available."""
        return await claims.claim(video_id, request)

    return app


def _csv_response(vehicles: VehicleList) -> Response:
    name = f"{vehicles.video_id}-vehicles.csv"
    return Response(
        vehicles_csv(vehicles.items),
        media_type=CSV_MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )

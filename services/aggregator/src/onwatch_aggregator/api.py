"""The HTTP API: totals, vehicles and runs of a video; and claims, for workers inside the cluster."""

from __future__ import annotations

import asyncio
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
from onwatch_aggregator.results import XLSX_MEDIA_TYPE, rows_csv, vehicles_xlsx
from onwatch_aggregator.runs import Claims, Queries
from onwatch_contracts.http import Claim, ClaimRequest, RunList, Vehicle, VehicleList, VideoMetrics
from onwatch_contracts.values import RunId, VideoId
from onwatch_runtime.http import Api, documented

CSV_MEDIA_TYPE = "text/csv"
REFUSALS = (RunLeased, RunFinished, RunFinishing, VideoDeleted)
FILES = {
    CSV_MEDIA_TYPE: {"schema": {"type": "string"}},
    XLSX_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
}
VEHICLES = {200: {"content": FILES}, **documented(RunNotFound)}


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
        format: Annotated[Literal["json", "csv", "xlsx"] | None, Query()] = None,  # noqa: A002 the name in the URL
        accept: Annotated[str, Header()] = "",
    ) -> VehicleList | Response:
        """The vehicles of a run, the newest by default, as JSON, CSV (also by `Accept: text/csv`) or XLSX."""
        vehicles = await queries.vehicles(video_id, run_id)
        if format == "xlsx":
            content = await asyncio.to_thread(vehicles_xlsx, vehicles.items)
            return _file(content, XLSX_MEDIA_TYPE, f"{video_id}-vehicles.xlsx")
        wants_csv = format == "csv" or (format is None and CSV_MEDIA_TYPE in accept)
        if wants_csv:
            return _file(rows_csv(Vehicle, vehicles.items), CSV_MEDIA_TYPE, f"{video_id}-vehicles.csv")
        return vehicles

    @app.get("/api/videos/{video_id}/runs")
    async def get_runs(video_id: VideoId, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> RunList:
        """The finished runs, newest first."""
        return await queries.runs(video_id, limit)

    @app.post("/internal/videos/{video_id}/claim", responses=documented(*REFUSALS))
    async def claim_run(video_id: VideoId, request: ClaimRequest) -> Claim:
        """Grant the run to a worker. 409 with a `ClaimRefusal` as code if it is not available."""
        return await claims.claim(video_id, request)

    return app


def _file(content: str | bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})

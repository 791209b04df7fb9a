"""The HTTP API of joins."""

from __future__ import annotations

from fastapi import FastAPI, Response

from onwatch_catalog import errors
from onwatch_catalog.joins.registry import Joins
from onwatch_contracts.http import Join, JoinRequest
from onwatch_runtime.http import InvalidRequest, documented

START_ERRORS = (
    InvalidRequest,
    errors.VideoNotFound,
    errors.InvalidJoin,
    errors.StorageFull,
    errors.StorageQuotaExceeded,
    errors.TooManyJoins,
)


def add_joins(app: FastAPI, joins: Joins) -> None:
    @app.post("/api/joins", status_code=202, responses=documented(*START_ERRORS))
    async def start_join(request: JoinRequest, response: Response) -> Join:
        """Join recordings into one video wherever they follow one another, without encoding them again.

        It needs as much free space as the recordings take. `GET` of the address in `location` tells the progress.
        """
        join = await joins.start(request)
        response.headers["location"] = f"/api/joins/{join.id}"
        return join

    @app.get("/api/joins/{join_id}", responses=documented(errors.JoinNotFound))
    async def get_join(join_id: str) -> Join:
        return await joins.get(join_id)

    @app.delete("/api/joins/{join_id}", status_code=204, responses=documented(errors.JoinNotFound, errors.StillBusy))
    async def cancel_join(join_id: str) -> None:
        """Cancel the join, or forget a finished one. Videos that it has completed stay."""
        await joins.cancel(join_id)

"""The HTTP API of stills."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query, Response

from onwatch_catalog.errors import FileMissing, InvalidPart, NoStill, StillsBusy, VideoNotFound
from onwatch_catalog.stills.stills import Stills
from onwatch_catalog.video_path import PathVideoId
from onwatch_media import StillOrder
from onwatch_runtime.http import documented

CACHE = "private, max-age=86400"
"""Not for good: the rate of a file without timestamps may be set later, and moves its moments."""
MAX_WIDTH = 1920
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    },
    **documented(VideoNotFound, FileMissing, NoStill, StillsBusy, InvalidPart),
}

Time = Annotated[float, Query(ge=0, le=10**7, allow_inf_nan=False, description="of video time, in seconds")]
Width = Annotated[int, Query(ge=16, le=MAX_WIDTH, description="at most so wide, in pixels")]
Edge = Annotated[float | None, Query(ge=0, le=1, description="of a part, as a fraction of the picture")]


def add_still_routes(app: FastAPI, stills: Stills) -> None:
    @app.get("/api/videos/{video_id}/picture", response_class=Response, responses=PICTURE)
    async def get_picture(
        video_id: PathVideoId,
        at_s: Time,
        width: Width = 960,
        left: Edge = None,
        top: Edge = None,
        right: Edge = None,
        bottom: Edge = None,
    ) -> Response:
        """The picture that is shown at a moment, as JPEG; with four edges the part within them."""
        order = StillOrder(at_s, width, _part(left, top, right, bottom))
        headers = {"cache-control": CACHE}
        return Response(await stills.still(video_id, order), media_type="image/jpeg", headers=headers)


def _part(
    left: float | None, top: float | None, right: float | None, bottom: float | None
) -> tuple[float, float, float, float] | None:
    if left is None and top is None and right is None and bottom is None:
        return None
    if left is None or top is None or right is None or bottom is None or left >= right or top >= bottom:
        raise InvalidPart
    return left, top, right, bottom

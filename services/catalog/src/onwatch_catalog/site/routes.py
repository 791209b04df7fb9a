"""The HTTP API of what is counted in a video."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Response

from onwatch_catalog import errors
from onwatch_catalog.records import VideoSite
from onwatch_catalog.site.sites import Sites
from onwatch_contracts.site import Site
from onwatch_contracts.values import is_video_id
from onwatch_runtime.http import documented


def checked_video_id(video_id: str) -> str:
    """The id in a path; `VideoNotFound` for one that no video can have, before any store or message refuses it."""
    if not is_video_id(video_id):
        raise errors.VideoNotFound(video_id)
    return video_id


PathVideoId = Annotated[str, Depends(checked_video_id)]


def tell_revision(response: Response, found: VideoSite) -> None:
    response.headers["etag"] = f'"{found.revision}"'


def add_sites(app: FastAPI, sites: Sites) -> None:
    @app.get("/api/videos/{video_id}/site", responses=documented(errors.VideoNotFound))
    async def get_site(video_id: PathVideoId, response: Response) -> Site:
        """Everything that decides how the video is counted. The ETag is its revision."""
        found = await sites.get(video_id)
        tell_revision(response, found)
        return found.site

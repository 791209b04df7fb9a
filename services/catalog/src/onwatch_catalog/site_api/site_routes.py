"""The HTTP API of whole sites, and of when a video was recorded."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query, Response

from onwatch_catalog import errors
from onwatch_catalog.records import VideoSite
from onwatch_catalog.site import Sites, file_of, note_of_change, with_copy, with_file, with_patched_recording
from onwatch_catalog.site_api.parameters import CHANGE_ERRORS, IfMatch, tell_revision
from onwatch_catalog.video_path import PathVideoId
from onwatch_contracts.site import Site
from onwatch_contracts.site_requests import Recording, RecordingPatch, SiteChange, SiteCopy, SiteFile
from onwatch_runtime.http import InvalidRequest, documented

GEOJSON = "application/geo+json"
FILE_ERRORS = (
    *CHANGE_ERRORS,
    errors.InvalidSiteFile,
    errors.InvalidItemName,
    errors.NameTaken,
    errors.IdTaken,
    errors.TooManyItems,
    errors.InvalidZone,
    errors.InvalidRoi,
    errors.RegionOfInterestFixed,
    errors.InvalidGate,
    errors.UnknownGate,
    errors.InvalidCalibration,
    errors.InvalidRecording,
)
SITE: dict[int | str, dict[str, Any]] = {
    200: {"content": {GEOJSON: {"schema": {"type": "object", "description": "The body of `PUT /site`"}}}},
    **documented(errors.VideoNotFound, InvalidRequest),
}


def add_site_routes(app: FastAPI, sites: Sites) -> None:
    _add_site(app, sites)
    _add_recording(app, sites)


def _add_site(app: FastAPI, sites: Sites) -> None:
    @app.get("/api/videos/{video_id}/site", response_model=Site, responses=SITE)
    async def get_site(
        video_id: PathVideoId,
        response: Response,
        file_format: Annotated[Literal["json", "geojson"], Query(alias="format")] = "json",
    ) -> Any:
        """Everything that decides how the video is counted. The ETag is its revision.

        `format=geojson` answers with a file for `PUT /site`, of this or another video.
        """
        found = await sites.get(video_id)
        if file_format == "json":
            tell_revision(response, found)
            return found.site
        file = Response(file_of(found.site).model_dump_json(exclude_none=True, indent=1), media_type=GEOJSON)
        tell_revision(file, found)
        return file

    @app.put("/api/videos/{video_id}/site", responses=documented(*FILE_ERRORS))
    async def put_site(
        video_id: PathVideoId, file: SiteFile, response: Response, if_match: IfMatch = None
    ) -> SiteChange:
        """Replace all zones, gates and movements by those of a file; see its model for the rest."""
        changed = await sites.change(video_id, lambda before: with_file(before, file), if_match)
        tell_revision(response, changed)
        return _change(changed)

    @app.post("/api/videos/{video_id}/site/copy", responses=documented(*CHANGE_ERRORS))
    async def copy_site(
        video_id: PathVideoId, copy: SiteCopy, response: Response, if_match: IfMatch = None
    ) -> SiteChange:
        """Count this video as another one of the same camera. When it was recorded stays."""
        source = await sites.get(copy.from_video_id)
        changed = await sites.change(video_id, lambda before: with_copy(before, source), if_match)
        tell_revision(response, changed)
        return _change(changed)


def _add_recording(app: FastAPI, sites: Sites) -> None:
    @app.get("/api/videos/{video_id}/recording", responses=documented(errors.VideoNotFound))
    async def get_recording(video_id: PathVideoId, response: Response) -> Recording:
        """When the video was recorded, and how that is known."""
        found = await sites.get(video_id)
        tell_revision(response, found)
        return _recording(found)

    @app.patch("/api/videos/{video_id}/recording", responses=documented(*CHANGE_ERRORS, errors.InvalidRecording))
    async def edit_recording(
        video_id: PathVideoId, patch: RecordingPatch, response: Response, if_match: IfMatch = None
    ) -> Recording:
        """Set when the video was recorded. Tables follow that clock from then on."""
        changed = await sites.change(video_id, lambda before: with_patched_recording(before, patch), if_match)
        tell_revision(response, changed)
        return _recording(changed)


def _change(changed: VideoSite) -> SiteChange:
    return SiteChange(revision=changed.revision, site=changed.site, note=note_of_change(changed.video))


def _recording(found: VideoSite) -> Recording:
    stored = found.stored
    return Recording(recorded_at=stored.recorded_at, time_zone=stored.time_zone, source=stored.recorded_source)

"""The HTTP API of videos."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from onwatch_catalog import errors
from onwatch_catalog.accounts import OptionalSender
from onwatch_catalog.errors import StoreFull, StoreUnavailable, UploadInterrupted, VideoNotFound
from onwatch_catalog.file_response import RangedFile, ranged
from onwatch_catalog.folders import Folders, IntoFolder, add_folders
from onwatch_catalog.joins import Joins, add_joins
from onwatch_catalog.list_routes import add_list_routes
from onwatch_catalog.media import CONTENT_CACHE
from onwatch_catalog.records import StoredVideo, as_http, file_as_http
from onwatch_catalog.resumable import ResumableUploads, add_uploads
from onwatch_catalog.site import Sites
from onwatch_catalog.site_api import add_gate_routes, add_movement_routes, add_site_routes, add_zone_routes
from onwatch_catalog.uploads import UploadForm, UploadReceiver
from onwatch_catalog.video_path import PathVideoId
from onwatch_catalog.videos import VideoLibrary
from onwatch_contracts.accounts import EVERYBODY
from onwatch_contracts.http import Video, VideoFileInfo, VideoFilePatch, VideoPatch
from onwatch_contracts.upload_requests import is_upload
from onwatch_runtime.http import Api, InvalidRequest, documented

THUMBNAIL_CACHE = "private, max-age=31536000, immutable"
UPLOAD_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "name": {"type": "string"},
                    "recorded_fps": {"type": "number", "minimum": 0.01, "maximum": 1000},
                },
            }
        }
    },
}
# --- the answers that are described in the OpenAPI document
UPLOAD_ERRORS = (
    errors.MalformedUpload,
    errors.FormTooLarge,
    errors.UploadTooLarge,
    errors.StorageFull,
    errors.FilesTakenOver,
    errors.StorageQuotaExceeded,
    errors.InvalidName,
    errors.EmptyFile,
    errors.NotAVideo,
    errors.NoVideoStream,
    errors.NoFrames,
    errors.TruncatedVideo,
    errors.PictureTooLarge,
    errors.InspectionLimitExceeded,
    errors.InvalidRecordedFps,
    errors.RateFromTimestamps,
    errors.FolderNotFound,
)
EDIT_ERRORS = (InvalidRequest, errors.InvalidName, errors.InvalidPatch, errors.InvalidRoi, errors.InvalidCalibration)
FILE_ERRORS = documented(VideoNotFound, errors.FileMissing, errors.RangeNotSatisfiable)
BYTES = {"schema": {"type": "string", "format": "binary"}}
THUMBNAIL: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture", "content": {"image/jpeg": BYTES}},
    206: {"description": "A range of it", "content": {"image/jpeg": BYTES, "multipart/byteranges": BYTES}},
    304: {"description": "Unchanged"},
    **FILE_ERRORS,
}
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {"video/*": BYTES}},
    206: {"description": "A range of it", "content": {"video/*": BYTES, "multipart/byteranges": BYTES}},
    307: {"description": "In an object store, at the address in `location`, which is valid for minutes"},
    **FILE_ERRORS,
}


def _is_upload(scope: Scope) -> bool:
    """An upload limits its body itself, by the size of its file."""
    return is_upload(scope["method"], scope["path"])


def create_app(
    library: VideoLibrary,
    uploads: UploadReceiver,
    resumable: ResumableUploads,
    joins: Joins,
    sites: Sites,
    folders: Folders,
) -> FastAPI:
    app = Api("Onwatch catalog", common=(StoreUnavailable, StoreFull), is_streamed=_is_upload)
    _add_upload(app, library, uploads, folders)
    add_uploads(app, resumable)
    add_list_routes(app, library, folders)
    add_folders(app, folders)
    _add_videos(app, library)
    _add_analysis(app, library)
    _add_file_info(app, library)
    _add_files(app, library)
    add_joins(app, joins)
    for add in (add_site_routes, add_zone_routes, add_gate_routes, add_movement_routes):
        add(app, sites)
    return app


def _add_upload(app: FastAPI, library: VideoLibrary, uploads: UploadReceiver, folders: Folders) -> None:
    @app.post(
        "/api/videos", status_code=201, openapi_extra={"requestBody": UPLOAD_BODY}, responses=documented(*UPLOAD_ERRORS)
    )
    async def upload_video(request: Request, response: Response, folder_id: IntoFolder, who: OptionalSender) -> Video:
        """Upload a file (`file`), optionally with a `name`; by default the name is the filename.

        `recorded_fps` is the rate of a file without timestamps; by default it is as the file says, or assumed.
        """
        if folder_id is not None:
            await folders.check(folder_id, who or EVERYBODY)  # before the file is sent
        form = UploadForm(request.headers.get("content-type", ""))
        length = request.headers.get("content-length", "")
        body = UploadBody(request)
        receiving = uploads.receive(form, int(length) if length.isdecimal() else None, body.chunks(), folder_id)
        video = await body.unless_disconnected(receiving)
        library.relay.wake()
        response.headers["location"] = f"/api/videos/{video.id}"
        return as_http(video)


class UploadBody:
    """The body of an upload, and whether its client is still there once all of it has arrived."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._is_consumed = asyncio.Event()

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._request.stream():
            yield chunk
        self._is_consumed.set()

    async def unless_disconnected(self, receiving: Coroutine[Any, Any, StoredVideo]) -> StoredVideo:
        """The received video; `UploadInterrupted` once the client is gone, also while its file is inspected."""
        work = asyncio.create_task(receiving)
        gone = asyncio.create_task(self._disconnected())
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise UploadInterrupted
            return work.result()
        except ClientDisconnect as error:
            raise UploadInterrupted from error
        finally:
            for task in (work, gone):
                task.cancel()
            await asyncio.wait((work, gone))

    async def _disconnected(self) -> None:
        await self._is_consumed.wait()
        while (await self._request.receive())["type"] != "http.disconnect":
            pass


def _add_videos(app: FastAPI, library: VideoLibrary) -> None:
    @app.get("/api/videos/{video_id}", responses=documented(VideoNotFound))
    async def get_video(video_id: PathVideoId) -> Video:
        return as_http(await library.get(video_id))

    @app.patch("/api/videos/{video_id}", responses=documented(VideoNotFound, *EDIT_ERRORS))
    async def edit_video(video_id: PathVideoId, patch: VideoPatch) -> Video:
        """Change the fields that are present. A run in progress keeps the values it started with."""
        return as_http(await library.edit(video_id, patch))

    @app.delete("/api/videos/{video_id}", status_code=204, responses=documented(VideoNotFound))
    async def delete_video(video_id: PathVideoId) -> None:
        """Delete the video, its file and its results in every service."""
        await library.delete(video_id)


def _add_analysis(app: FastAPI, library: VideoLibrary) -> None:
    @app.post("/api/videos/{video_id}/analysis", status_code=202, responses=documented(VideoNotFound))
    async def request_analysis(video_id: PathVideoId) -> Video:
        """Process the video to its end without viewers."""
        return as_http(await library.request_analysis(video_id))

    @app.delete("/api/videos/{video_id}/analysis", status_code=204, responses=documented(VideoNotFound))
    async def withdraw_analysis(video_id: PathVideoId) -> None:
        await library.withdraw_analysis(video_id)


def _add_file_info(app: FastAPI, library: VideoLibrary) -> None:
    @app.get("/api/videos/{video_id}/file", responses=documented(VideoNotFound))
    async def get_file_info(video_id: PathVideoId) -> VideoFileInfo:
        """What the file turned out to be, and what is odd about it, in words."""
        return file_as_http(await library.get(video_id))

    @app.patch(
        "/api/videos/{video_id}/file", responses=documented(VideoNotFound, InvalidRequest, errors.RateFromTimestamps)
    )
    async def edit_file_info(video_id: PathVideoId, patch: VideoFilePatch) -> VideoFileInfo:
        """Set the rate of a file without timestamps. A run in progress keeps the rate it started with."""
        return file_as_http(await library.set_recorded_fps(video_id, patch.recorded_fps))


def _add_files(app: FastAPI, library: VideoLibrary) -> None:
    @app.get("/api/videos/{video_id}/thumbnail", response_class=RangedFile, responses=THUMBNAIL)
    async def get_thumbnail(video_id: PathVideoId, request: Request) -> Response:
        """JPEG, at most 960 wide."""
        file = await library.thumbnail(video_id)
        headers = {"etag": f'"{video_id}"', "cache-control": THUMBNAIL_CACHE}
        if headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        missing = errors.FileMissing(video_id, "thumbnail")
        return ranged(file, missing=missing, media_type="image/jpeg", headers=headers)

    @app.get("/api/videos/{video_id}/content", response_class=RangedFile, responses=CONTENT)
    async def get_content(video_id: PathVideoId) -> Response:
        """The file as uploaded; byte ranges are supported."""
        video, file = await library.content(video_id)
        if (url := await library.presigned_url(video)) is not None:
            return RedirectResponse(url, headers={"cache-control": "no-store"})
        return ranged(
            file,
            missing=errors.FileMissing(video_id, "file"),
            media_type=video.media_type,
            headers={"cache-control": CONTENT_CACHE},
            filename=video.name,
            content_disposition_type="inline",
        )

"""The HTTP API of resumable uploads: tus 1.0 with creation, expiration and termination."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from onwatch_catalog import errors
from onwatch_catalog.folders import IntoFolder
from onwatch_catalog.resumable.protocol import (
    EXTENSIONS,
    MEDIA_TYPE,
    VERSION,
    check_media_type,
    check_version,
    http_date,
    metadata_in,
    number_in,
)
from onwatch_catalog.resumable.unfinished import UnfinishedUpload
from onwatch_catalog.resumable.uploads import ResumableUploads
from onwatch_catalog.video_path import PathVideoId
from onwatch_contracts.http import Upload
from onwatch_runtime.http import documented

CREATION_ERRORS = (
    errors.InvalidUploadRequest,
    errors.UnsupportedTusVersion,
    errors.UploadTooLarge,
    errors.EmptyFile,
    errors.InvalidName,
    errors.InvalidRecordedFps,
    errors.StorageFull,
    errors.StorageQuotaExceeded,
    errors.TooManyUploads,
    errors.FolderNotFound,
)
APPEND_ERRORS = (
    errors.UploadNotFound,
    errors.InvalidUploadRequest,
    errors.UnsupportedTusVersion,
    errors.UploadMediaType,
    errors.UploadOffsetMismatch,
    errors.StorageFull,
    errors.StillBusy,
)
FILE_PART: dict[str, Any] = {
    "required": True,
    "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
}


def _header(name: str, kind: str, what: str, *, is_required: bool = True) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": is_required, "description": what, "schema": {"type": kind}}


TUS_RESUMABLE = _header("Tus-Resumable", "string", VERSION)


def _headers(upload: UnfinishedUpload | None) -> Mapping[str, str]:
    expires = {"upload-expires": http_date(upload.expires_at)} if upload else {}
    return {"tus-resumable": VERSION, "cache-control": "no-store", **expires}


def declared_bytes(request: Request) -> int:
    """Of the whole file. A dependency, so that a request that is not of tus is refused before its folder is."""
    check_version(request.headers)
    return number_in(request.headers, "Upload-Length")


DeclaredBytes = Annotated[int, Depends(declared_bytes)]


def add_uploads(app: FastAPI, uploads: ResumableUploads) -> None:
    @app.options("/api/uploads", status_code=204)
    async def describe_uploads() -> Response:
        """What of tus this server speaks, and the largest file that it takes."""
        spoken = {"tus-version": VERSION, "tus-extension": EXTENSIONS, "tus-max-size": str(uploads.receiver.max_bytes)}
        return Response(status_code=204, headers={"tus-resumable": VERSION} | spoken)

    @app.post(
        "/api/uploads",
        status_code=201,
        responses=documented(*CREATION_ERRORS),
        openapi_extra={
            "parameters": [
                TUS_RESUMABLE,
                _header("Upload-Length", "integer", "Of the whole file, in bytes"),
                _header(
                    "Upload-Metadata",
                    "string",
                    "`filename`, `name` and `recorded_fps` as for `POST /api/videos`, each in Base64",
                    is_required=False,
                ),
            ]
        },
    )
    async def create_upload(request: Request, size_bytes: DeclaredBytes, folder_id: IntoFolder) -> Response:
        """Begin an upload. `PATCH` of the address in `location` sends the file, in one part or more."""
        upload = await uploads.create(size_bytes, metadata_in(request.headers), folder_id)
        headers = {**_headers(upload), "location": f"/api/uploads/{upload.video_id}"}
        return Response(status_code=201, headers=headers)

    @app.get("/api/uploads/{video_id}", responses=documented(errors.UploadNotFound, errors.UnsupportedTusVersion))
    async def get_upload(video_id: PathVideoId, request: Request, response: Response) -> Upload:
        """How far an upload is, also in the headers. Its id becomes that of the video, once the file is checked."""
        if "tus-resumable" in request.headers:
            check_version(request.headers)
        status, upload = await uploads.status(video_id)
        response.headers.update(_headers(upload))
        response.headers["upload-offset"] = str(status.received_bytes)
        response.headers["upload-length"] = str(status.size_bytes)
        return status

    @app.patch(
        "/api/uploads/{video_id}",
        status_code=204,
        responses=documented(*APPEND_ERRORS),
        openapi_extra={
            "parameters": [TUS_RESUMABLE, _header("Upload-Offset", "integer", "How much has arrived before, in bytes")],
            "requestBody": FILE_PART,
        },
    )
    async def append_to_upload(video_id: PathVideoId, request: Request) -> Response:
        """Send a part of the file. What arrives of it is kept when the connection is lost."""
        check_version(request.headers)
        check_media_type(request.headers)
        offset = number_in(request.headers, "Upload-Offset")
        upload, received_bytes = await uploads.append(video_id, offset, request.stream())
        return Response(status_code=204, headers={**_headers(upload), "upload-offset": str(received_bytes)})

    @app.delete(
        "/api/uploads/{video_id}",
        status_code=204,
        responses=documented(errors.UploadNotFound, errors.UnsupportedTusVersion, errors.StillBusy),
        openapi_extra={"parameters": [TUS_RESUMABLE]},
    )
    async def cancel_upload(video_id: PathVideoId, request: Request) -> Response:
        """Cancel an upload and delete what has arrived of it."""
        check_version(request.headers)
        await uploads.cancel(video_id)
        return Response(status_code=204, headers={"tus-resumable": VERSION})

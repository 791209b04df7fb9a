"""The HTTP API of videos."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from onwatch_catalog.errors import UploadInterrupted
from onwatch_catalog.uploads.multipart import UploadForm
from onwatch_catalog.uploads.receive import Uploads
from onwatch_catalog.videos.library import Catalog
from onwatch_catalog.videos.video import as_http
from onwatch_contracts.http import Video, VideoPage, VideoPatch
from onwatch_runtime.http.problems import install_problem_handlers

DEFAULT_PAGE = 50
LARGEST_PAGE = 200
# A video's pictures never change: a changed one has another id.
THUMBNAIL_CACHE = "private, max-age=31536000, immutable"
UPLOAD_BODY = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}, "name": {"type": "string"}},
            }
        }
    }
}


def create_app(catalog: Catalog, uploads: Uploads) -> FastAPI:
    app = FastAPI(title="Onwatch catalog")
    install_problem_handlers(app)
    _add_upload(app, catalog, uploads)
    _add_videos(app, catalog)
    _add_analysis(app, catalog)
    _add_files(app, catalog)
    return app


def _add_upload(app: FastAPI, catalog: Catalog, uploads: Uploads) -> None:
    @app.post("/api/videos", status_code=201, openapi_extra={"requestBody": UPLOAD_BODY})
    async def upload_video(request: Request, response: Response) -> Video:
        """A file (`file`) and, if it is not to be called like the file, a `name`."""
        form = UploadForm(request.headers.get("content-type", ""))
        length = request.headers.get("content-length", "")
        try:
            video = await uploads.receive(form, int(length) if length.isdecimal() else None, request.stream())
        except ClientDisconnect as error:
            raise UploadInterrupted from error
        catalog.relay.wake()
        response.headers["location"] = f"/api/videos/{video.id}"
        return as_http(video)


def _add_videos(app: FastAPI, catalog: Catalog) -> None:
    @app.get("/api/videos")
    async def list_videos(
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = DEFAULT_PAGE, cursor: str | None = None
    ) -> VideoPage:
        """Newest first. The next page is at `cursor=<next_cursor>`."""
        return await catalog.page(limit, cursor)

    @app.get("/api/videos/{video_id}")
    async def get_video(video_id: str) -> Video:
        return as_http(await catalog.get(video_id))

    @app.patch("/api/videos/{video_id}")
    async def edit_video(video_id: str, patch: VideoPatch) -> Video:
        """Change the fields that are present. A run under way keeps what it began with."""
        return as_http(await catalog.edit(video_id, patch))

    @app.delete("/api/videos/{video_id}", status_code=204)
    async def delete_video(video_id: str) -> None:
        """Remove the video, its file and, wherever they are kept, its results."""
        await catalog.delete(video_id)


def _add_analysis(app: FastAPI, catalog: Catalog) -> None:
    @app.post("/api/videos/{video_id}/analysis", status_code=202)
    async def request_analysis(video_id: str) -> Video:
        """Have the video processed to its end with nobody watching."""
        return as_http(await catalog.request_analysis(video_id))

    @app.delete("/api/videos/{video_id}/analysis", status_code=204)
    async def withdraw_analysis(video_id: str) -> None:
        await catalog.withdraw_analysis(video_id)


def _add_files(app: FastAPI, catalog: Catalog) -> None:
    @app.head("/api/videos/{video_id}/thumbnail", include_in_schema=False)
    @app.get("/api/videos/{video_id}/thumbnail", response_class=FileResponse)
    async def get_thumbnail(video_id: str, request: Request) -> Response:
        """JPEG, at most 480 wide."""
        path = await catalog.thumbnail(video_id)
        headers = {"etag": f'"{video_id}"', "cache-control": THUMBNAIL_CACHE}
        if headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return FileResponse(path, media_type="image/jpeg", headers=headers)

    @app.head("/api/videos/{video_id}/content", include_in_schema=False)
    @app.get("/api/videos/{video_id}/content", response_class=FileResponse)
    async def get_content(video_id: str) -> Response:
        """The file as it was uploaded; byte ranges are served."""
        video, path = await catalog.content(video_id)
        return FileResponse(path, media_type=video.media_type, filename=video.name, content_disposition_type="inline")

"""The HTTP API of downloads."""

from __future__ import annotations

from fastapi import FastAPI, Response

from onwatch_catalog.accounts import OptionalSender
from onwatch_catalog.downloads.errors import DownloadNotFound, DownloadsOff, InvalidDownloadUrl, TooManyDownloads
from onwatch_catalog.downloads.registry import Downloads
from onwatch_catalog.errors import FolderNotFound, InvalidName, StillBusy
from onwatch_catalog.folders import Folders, IntoFolder
from onwatch_catalog.video_path import PathVideoId
from onwatch_contracts.accounts import EVERYBODY
from onwatch_contracts.http import Download, DownloadRequest
from onwatch_runtime.http import InvalidRequest, documented

START_ERRORS = (InvalidRequest, InvalidDownloadUrl, InvalidName, FolderNotFound, DownloadsOff, TooManyDownloads)


def add_downloads(app: FastAPI, downloads: Downloads, folders: Folders) -> None:
    @app.post("/api/downloads", status_code=202, responses=documented(*START_ERRORS))
    async def start_download(
        request: DownloadRequest, response: Response, folder_id: IntoFolder, who: OptionalSender
    ) -> Download:
        """Fetch a video from an address of an allowed host, within the limits of an upload.

        `GET` of the address in `location` tells the progress, and why it failed.
        """
        if folder_id is not None:
            await folders.check(folder_id, who or EVERYBODY)
        download = await downloads.start(request, folder_id)
        response.headers["location"] = f"/api/downloads/{download.id}"
        return download

    @app.get("/api/downloads/{video_id}", responses=documented(DownloadNotFound))
    async def get_download(video_id: PathVideoId) -> Download:
        return await downloads.get(video_id)

    @app.delete("/api/downloads/{video_id}", status_code=204, responses=documented(DownloadNotFound, StillBusy))
    async def cancel_download(video_id: PathVideoId) -> None:
        """Cancel the download, or forget a finished one, whose video stays."""
        await downloads.cancel(video_id)

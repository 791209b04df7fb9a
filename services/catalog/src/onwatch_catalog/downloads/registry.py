"""Starts downloads, tells their progress, cancels them."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from onwatch_catalog.downloads.errors import DownloadNotFound, DownloadsOff, TooManyDownloads
from onwatch_catalog.downloads.fetching import Fetcher
from onwatch_catalog.downloads.hosts import checked_url
from onwatch_catalog.errors import EmptyFile, NoRoomToUpload, UploadTooLarge
from onwatch_catalog.media import Written, writing
from onwatch_catalog.processes import Activities, State
from onwatch_catalog.uploads import ReceivedFile, UploadReceiver
from onwatch_catalog.videos import checked_name, name_from_file
from onwatch_contracts.http import Download, DownloadRequest, DownloadState, Problem
from onwatch_runtime.http import ProblemError
from onwatch_runtime.waiting import to_the_end

log = logging.getLogger(__name__)

MAX_UNFINISHED = 100
FINISHED_KEPT = 100
DOWNLOAD = "download"
"""The kind of activity."""
PARALLEL = 2
OVER = (DownloadState.FINISHED, DownloadState.FAILED)


@dataclass
class DownloadProgress:
    """What a download has done so far, in memory: the end of its process ends it, and nothing half done is left."""

    video_id: str
    url: str
    name: str
    filename: str
    folder_id: str | None
    state: DownloadState = DownloadState.WAITING
    received_bytes: int = 0
    size_bytes: int | None = None
    problem: Problem | None = None

    def as_http(self) -> Download:
        return Download(
            id=self.video_id,
            state=self.state,
            name=self.name,
            received_bytes=self.received_bytes,
            size_bytes=self.size_bytes,
            video_id=self.video_id if self.state is DownloadState.FINISHED else None,
            problem=self.problem,
        )


@dataclass
class Downloads:
    """Starts downloads; tells the progress of all, and cancels them, in whichever process they are."""

    receiver: UploadReceiver
    fetcher: Fetcher
    is_on: bool
    free_bytes: Callable[[], int | None]
    """Of the storage of files, without what is reserved; None: there is no limit. Blocks."""
    added: Callable[[], None]
    """A video was added: its messages are to be sent."""
    activities: Activities
    _downloads: dict[str, DownloadProgress] = field(default_factory=dict)
    """Those of this process that are not over."""
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PARALLEL))

    async def start(self, request: DownloadRequest, folder_id: str | None) -> Download:
        """The download, which goes on in the background."""
        if not self.is_on:
            raise DownloadsOff
        url = checked_url(request.url)
        filename = name_from_file(unquote(urlsplit(url).path))
        name = checked_name(request.name) if request.name is not None else filename
        download = DownloadProgress(self.receiver.new_id(), url, name, filename, folder_id)
        if len(self._downloads) >= MAX_UNFINISHED:
            raise TooManyDownloads(MAX_UNFINISHED)
        self._downloads[download.video_id] = download
        try:
            await self.activities.begin(
                DOWNLOAD,
                download.video_id,
                lambda: self._tasks[download.video_id].cancel(),
                state=lambda: _state_of(download),
                folder_id=folder_id,
            )
        except BaseException:
            del self._downloads[download.video_id]
            raise
        self._tasks[download.video_id] = asyncio.create_task(self._run(download), name=f"download {download.video_id}")
        await asyncio.sleep(0)  # a task that is cancelled before it has begun would not end the activity
        return download.as_http()

    async def get(self, video_id: str) -> Download:
        if download := self._downloads.get(video_id):
            if download.state not in OVER:
                return download.as_http()
            await asyncio.wait([self._tasks[video_id]])  # until all processes know
        found = await self.activities.find(DOWNLOAD, video_id)
        if found is None:
            raise DownloadNotFound(video_id)
        return Download.model_validate_json(json.dumps(found.state))

    async def cancel(self, video_id: str) -> None:
        """Forget the download; what has arrived is deleted when this returns."""
        if video_id in self._downloads:
            await self._stop(video_id)
        elif await self.activities.find(DOWNLOAD, video_id) is None:
            raise DownloadNotFound(video_id)
        await self.activities.stop_elsewhere(DOWNLOAD, video_id)
        await self.activities.forget(DOWNLOAD, video_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Cancels the downloads in progress at the end."""
        try:
            yield
        finally:
            for video_id in list(self._tasks):
                await self._stop(video_id)

    async def _stop(self, video_id: str) -> None:
        if task := self._tasks.get(video_id):
            task.cancel()
            await asyncio.wait([task])

    async def _run(self, download: DownloadProgress) -> None:
        try:
            async with self._free:
                await self._receive(download)
        except ProblemError as error:
            self._fail(download, error.title, error.status, error.detail, error.code)
        except Exception:
            log.exception("the download %s failed", download.video_id)
            detail = "The video could not be fetched; the log of the service says why."
            self._fail(download, "Internal error", 500, detail, "internal_error")
        finally:
            await to_the_end(self._end(download))

    async def _end(self, download: DownloadProgress) -> None:
        if download.state in OVER:
            await self.activities.finish(
                DOWNLOAD,
                download.video_id,
                _state_of(download),
                folder_id=None if download.state is DownloadState.FINISHED else download.folder_id,
                newest_count=FINISHED_KEPT,
            )
        else:
            await self.activities.end(DOWNLOAD, download.video_id)
        del self._downloads[download.video_id], self._tasks[download.video_id]

    async def _receive(self, download: DownloadProgress) -> None:
        """The new video is added at once; on any failure its folder is deleted, and no video was ever visible."""
        async with self.receiver.receiving(download.video_id, 0):
            await self._received(download)
        download.state = DownloadState.FINISHED
        self.added()

    async def _received(self, download: DownloadProgress) -> None:
        download.state = DownloadState.RECEIVING
        async with writing(self.receiver.files.begin, download.video_id) as file:
            size_bytes = await self._fetched(download, file)
        if size_bytes == 0:
            raise EmptyFile
        download.state = DownloadState.CHECKING
        await self.receiver.complete(
            ReceivedFile(
                download.video_id, download.name, download.filename, None, size_bytes, folder_id=download.folder_id
            )
        )

    async def _fetched(self, download: DownloadProgress, file: Written) -> int:
        async def declared(size_bytes: int) -> None:
            self._refuse_larger(size_bytes)
            await self.receiver.quota.reserve(download.video_id, size_bytes)
            free_bytes = await asyncio.to_thread(self.free_bytes)
            if free_bytes is not None and size_bytes > max(0, free_bytes):
                raise NoRoomToUpload(size_bytes, max(0, free_bytes))
            download.size_bytes = size_bytes

        async def write(chunk: bytes, received_bytes: int) -> None:
            self._refuse_larger(received_bytes)
            await self.receiver.quota.reserve(download.video_id, received_bytes)
            await asyncio.to_thread(self._write, file, chunk)
            self.receiver.instruments.upload_bytes.inc(len(chunk))
            download.received_bytes = received_bytes

        return await self.fetcher.fetch(download.url, declared, write)

    def _write(self, file: Written, chunk: bytes) -> None:
        free_bytes = self.free_bytes()
        if free_bytes is not None and free_bytes < len(chunk):
            raise OSError(errno.ENOSPC, "the rest of the disk is reserved")
        file.write(chunk)

    def _refuse_larger(self, size_bytes: int) -> None:
        if size_bytes > self.receiver.max_bytes:
            raise UploadTooLarge(self.receiver.max_bytes)

    def _fail(self, download: DownloadProgress, title: str, status: int, detail: str, code: str) -> None:
        download.problem = Problem(
            title=title, status=status, detail=detail, code=code, instance=f"/api/downloads/{download.video_id}"
        )
        download.state = DownloadState.FAILED


def _state_of(download: DownloadProgress) -> State:
    return download.as_http().model_dump(mode="json")

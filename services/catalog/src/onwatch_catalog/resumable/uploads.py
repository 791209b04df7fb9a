"""Resumable uploads: created, continued from where they stopped, checked when they are complete, and swept."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect

from onwatch_catalog.errors import (
    EmptyFile,
    InvalidUploadRequest,
    NoRoomToUpload,
    StorageFull,
    StoreUnavailable,
    TooManyUploads,
    UploadInterrupted,
    UploadNotFound,
    UploadOffsetMismatch,
    UploadTooLarge,
)
from onwatch_catalog.media import Files, writing
from onwatch_catalog.processes import Activities
from onwatch_catalog.records import VideoStore
from onwatch_catalog.resumable.store import UploadStore
from onwatch_catalog.resumable.unfinished import UnfinishedUpload
from onwatch_catalog.uploads import ReceivedFile, UploadReceiver
from onwatch_catalog.videos import checked_name, name_from_file, parsed_rate
from onwatch_contracts.http import Problem, Upload, UploadState
from onwatch_runtime.clock import Clock
from onwatch_runtime.http import ProblemError
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

SWEEP_S = 30.0
MAX_UNFINISHED = 1000
REFUSED_KEPT = 1000
UPLOAD, REFUSED = "upload", "refused"
"""Kinds of activities: the one thing that is done with the file of an upload at a time, and what was refused."""
CREATING, RECEIVING, CHECKING = ({"phase": phase} for phase in ("creating", "receiving", "checking"))
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
SERVER_ERROR = 500


@dataclass
class ResumableUploads:
    """What has arrived, and the record of the upload, outlive the process, and another one goes on with them."""

    store: UploadStore
    videos: VideoStore
    files: Files
    receiver: UploadReceiver
    clock: Clock
    expiry: timedelta
    free_bytes: Callable[[], int | None]
    """Of the storage of files, without what is reserved; None: there is no limit. Blocks."""
    added: Callable[[], None]
    """A video was added: its messages are to be sent."""
    activities: Activities
    leads: Callable[[], bool] = lambda: True
    """Of several processes one sweeps."""
    wake_up: WakeUp = field(default_factory=WakeUp)
    _writing: dict[str, asyncio.Task[int]] = field(default_factory=dict)
    _checking: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def create(self, size_bytes: int, metadata: dict[str, str], folder_id: str | None = None) -> UnfinishedUpload:
        """A new upload, of which nothing has arrived."""
        if size_bytes > self.receiver.max_bytes:
            raise UploadTooLarge(self.receiver.max_bytes)
        if size_bytes == 0:
            raise EmptyFile
        name, filename = metadata.get("name"), metadata.get("filename", "")
        upload = UnfinishedUpload(
            video_id=self.receiver.new_id(),
            name=checked_name(name) if name is not None else name_from_file(filename),
            filename=name_from_file(filename),
            recorded_fps=parsed_rate(metadata.get("recorded_fps")),
            size_bytes=size_bytes,
            expires_at=self.clock.now() + self.expiry,
            folder_id=folder_id,
        )
        await self._check_room(size_bytes)
        async with self.activities.doing(UPLOAD, upload.video_id, state=lambda: CREATING):
            try:
                async with self.receiver.quota.reserved(upload.video_id, size_bytes):
                    await self.store.add(upload)
                async with writing(self.files.begin, upload.video_id):
                    pass
            except BaseException as error:
                await self._abandon(upload.video_id)
                raise _as_problem(error) from error
        return upload

    async def append(self, video_id: str, offset: int, body: AsyncIterator[bytes]) -> tuple[UnfinishedUpload, int]:
        """Write the body behind what has arrived; how much has arrived then. What arrives stays, however it ends.

        A second request takes over: the connection of the first is most likely lost, and only the client knows.
        """
        await self._stop_writing(video_id)
        status, upload = await self.status(video_id)
        if offset != status.received_bytes:
            raise UploadOffsetMismatch(offset, status.received_bytes)
        if upload is None or status.state is not UploadState.RECEIVING:
            raise UploadNotFound(video_id)
        received_bytes = await self._written(upload, offset, body)
        upload = replace(upload, expires_at=self.clock.now() + self.expiry)
        await self.store.extend(video_id, upload.expires_at)
        if received_bytes == upload.size_bytes:
            self._check(upload)
        return upload, received_bytes

    async def status(self, video_id: str) -> tuple[Upload, UnfinishedUpload | None]:
        """How far the upload is; its record while it is unfinished. `UploadNotFound` if it expired or was cancelled."""
        upload = await self.store.find(video_id)
        if upload is None:
            return await self._finished(video_id), None
        received_bytes = await asyncio.to_thread(self.files.received_bytes, video_id)
        if received_bytes is None and not await self._is_checking(video_id):
            return await self._finished(video_id), None
        if received_bytes is None or received_bytes == upload.size_bytes:  # None: it was checked and renamed just now
            self._check(upload)
            return _as_http(upload, UploadState.CHECKING, upload.size_bytes), upload
        return _as_http(upload, UploadState.RECEIVING, received_bytes), upload

    async def cancel(self, video_id: str) -> None:
        """Delete what has arrived; `UploadNotFound` if it is a video already."""
        for tasks in (self._writing, self._checking):
            await self._stop(tasks.get(video_id))
        await self.activities.stop_elsewhere(UPLOAD, video_id)
        is_refused = await self.activities.forget(REFUSED, video_id)
        if not await self._abandon(video_id) and not is_refused:
            raise UploadNotFound(video_id)

    async def run(self) -> None:
        """Delete expired uploads, and check complete ones that an earlier process left, until it is closed."""
        while not self.wake_up.is_closed:
            try:
                if self.leads():
                    await self.sweep()
            except StoreUnavailable as error:
                log.warning("expired uploads are deleted later: %s", error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("expired uploads are deleted later")
            await self.wake_up.wait(self.clock, SWEEP_S)

    async def sweep(self) -> None:
        for upload in await self.store.all():
            received_bytes = await asyncio.to_thread(self.files.received_bytes, upload.video_id)
            if received_bytes == upload.size_bytes:
                self._check(upload)
            elif received_bytes is None or upload.expires_at <= self.clock.now():
                await self._abandon_unused(upload.video_id)

    async def _abandon_unused(self, video_id: str) -> None:
        """Unless it is in use, or was since it was looked at."""
        async with self.activities.doing(UPLOAD, video_id) as is_unused:
            upload = await self.store.find(video_id) if is_unused else None
            has_file = await asyncio.to_thread(self.files.received_bytes, video_id) is not None
            if upload is not None and not (has_file and upload.expires_at > self.clock.now()):
                log.info("deleting the unfinished upload %s of %r: it expired, or its file is gone", *_named(upload))
                await self._abandon(video_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ends the uploads and checks in progress at the end; the next start goes on with them."""
        try:
            yield
        finally:
            for task in (*self._writing.values(), *self._checking.values()):
                await self._stop(task)

    # --- receiving -------------------------------------------------------------------------------

    async def _check_room(self, size_bytes: int) -> None:
        unfinished = await self.store.all()
        if len(unfinished) >= MAX_UNFINISHED:
            raise TooManyUploads(MAX_UNFINISHED)
        left_bytes = await asyncio.to_thread(self._left_bytes, unfinished)
        if left_bytes is not None and size_bytes > left_bytes:
            raise NoRoomToUpload(size_bytes, left_bytes)

    def _left_bytes(self, unfinished: Sequence[UnfinishedUpload]) -> int | None:
        free_bytes = self.free_bytes()
        return None if free_bytes is None else max(0, free_bytes - self._promised_bytes(unfinished))

    def _promised_bytes(self, unfinished: Sequence[UnfinishedUpload]) -> int:
        """What is still to arrive of them. Blocks."""
        return sum(upload.size_bytes - (self.files.received_bytes(upload.video_id) or 0) for upload in unfinished)

    async def _stop_writing(self, video_id: str) -> None:
        """Here, or in another process."""
        await self._stop(self._writing.get(video_id))
        found = await self.activities.find(UPLOAD, video_id)
        if found is not None and found.state == RECEIVING:
            await self.activities.stop_elsewhere(UPLOAD, video_id)

    async def _written(self, upload: UnfinishedUpload, offset: int, body: AsyncIterator[bytes]) -> int:
        """How much has arrived then. `UploadOffsetMismatch` if another request was quicker."""
        work = asyncio.create_task(self._write_exclusively(upload, offset, body), name=f"upload {upload.video_id}")
        self._writing[upload.video_id] = work
        try:
            await asyncio.wait([work])
        finally:
            work.cancel()
            if self._writing.get(upload.video_id) is work:
                del self._writing[upload.video_id]
        if work.cancelled():
            raise UploadInterrupted
        return work.result()

    async def _write_exclusively(self, upload: UnfinishedUpload, offset: int, body: AsyncIterator[bytes]) -> int:
        cancel = partial(_cancel, self._writing, upload.video_id)
        async with self.activities.doing(UPLOAD, upload.video_id, cancel, state=lambda: RECEIVING) as is_mine:
            if not is_mine:  # somebody else was quicker
                raise UploadInterrupted
            received_bytes = await asyncio.to_thread(self.files.received_bytes, upload.video_id)
            if received_bytes != offset:
                raise UploadOffsetMismatch(offset, received_bytes or 0)
            return await self._write(upload, offset, body)

    async def _write(self, upload: UnfinishedUpload, offset: int, body: AsyncIterator[bytes]) -> int:
        try:
            async with writing(self.files.append, upload.video_id) as file:
                async for chunk in body:
                    offset += len(chunk)
                    if offset > upload.size_bytes:
                        raise InvalidUploadRequest(f"The file is larger than its `Upload-Length`, {upload.size_bytes}")
                    await asyncio.to_thread(file.write, chunk)
                    self.receiver.instruments.upload_bytes.inc(len(chunk))
            return offset
        except ClientDisconnect as error:
            raise UploadInterrupted from error
        except OSError as error:
            raise _as_problem(error) from error

    # --- checking --------------------------------------------------------------------------------

    def _check(self, upload: UnfinishedUpload) -> None:
        """Check the complete file in the background, once."""
        if upload.video_id in self._checking or self.wake_up.is_closed:
            return
        task = asyncio.create_task(self._check_exclusively(upload), name=f"check of upload {upload.video_id}")
        self._checking[upload.video_id] = task
        task.add_done_callback(lambda _: self._checking.pop(upload.video_id, None))

    async def _check_exclusively(self, upload: UnfinishedUpload) -> None:
        cancel = partial(_cancel, self._checking, upload.video_id)
        try:
            async with self.activities.doing(UPLOAD, upload.video_id, cancel, state=lambda: CHECKING) as is_mine:
                if is_mine and await self.store.find(upload.video_id) is not None:  # else it was checked just now
                    await self._become_video(upload)
        except StoreUnavailable as error:
            log.warning("the upload %s of %r is checked again later: %s", *_named(upload), error)

    async def _is_checking(self, video_id: str) -> bool:
        """In whichever process."""
        if video_id in self._checking:
            return True
        found = await self.activities.find(UPLOAD, video_id)
        return found is not None and found.state == CHECKING

    async def _become_video(self, upload: UnfinishedUpload) -> None:
        file = ReceivedFile(
            upload.video_id, upload.name, upload.filename, upload.recorded_fps, upload.size_bytes, upload.folder_id
        )
        try:
            await self.receiver.complete(file)
        except ProblemError as error:
            if error.status >= SERVER_ERROR:
                log.warning("the upload %s of %r is checked again later: %s", *_named(upload), error)
                return
            await self._refuse(upload, error)
        except OSError as error:
            log.warning("the upload %s of %r is checked again later: %s", *_named(upload), error)
        except Exception:
            log.exception("the upload %s of %r could not be checked", *_named(upload))
        else:
            self.receiver.instruments.uploads.labels("taken").inc()
            self.added()

    async def _refuse(self, upload: UnfinishedUpload, error: ProblemError) -> None:
        problem = Problem(
            title=error.title,
            status=error.status,
            detail=error.detail,
            code=error.code,
            instance=f"/api/uploads/{upload.video_id}",
        )
        refused = _as_http(upload, UploadState.REFUSED, upload.size_bytes)
        refused = refused.model_copy(update={"problem": problem})
        await self.activities.keep(
            REFUSED,
            upload.video_id,
            refused.model_dump(mode="json"),
            folder_id=upload.folder_id,
            newest_count=REFUSED_KEPT,
        )
        self.receiver.instruments.uploads.labels("refused").inc()
        await self._abandon(upload.video_id)

    async def _finished(self, video_id: str) -> Upload:
        if (refused := await self.activities.find(REFUSED, video_id)) is not None:
            return Upload.model_validate_json(json.dumps(refused.state))
        video = await self.videos.find(video_id)
        if video is None:
            raise UploadNotFound(video_id)
        return Upload(
            id=video.id,
            name=video.name,
            size_bytes=video.size_bytes,
            received_bytes=video.size_bytes,
            state=UploadState.FINISHED,
            expires_at=None,
            problem=None,
        )

    async def _abandon(self, video_id: str) -> bool:
        is_unfinished = await self.store.abandon(video_id)
        await self.receiver.deletions.finish(video_id)
        return is_unfinished

    async def _stop(self, task: asyncio.Task[Any] | None) -> None:
        if task is not None:
            task.cancel()
            await asyncio.wait([task])


def _cancel(tasks: Mapping[str, asyncio.Task[Any]], video_id: str) -> None:
    if task := tasks.get(video_id):
        task.cancel()


def _as_http(upload: UnfinishedUpload, state: UploadState, received_bytes: int) -> Upload:
    return Upload(
        id=upload.video_id,
        name=upload.name,
        size_bytes=upload.size_bytes,
        received_bytes=received_bytes,
        state=state,
        expires_at=upload.expires_at,
        problem=None,
    )


def _named(upload: UnfinishedUpload) -> tuple[str, str]:
    return upload.video_id, upload.name


def _as_problem(error: BaseException) -> BaseException:
    return StorageFull() if isinstance(error, OSError) and error.errno in NO_ROOM else error

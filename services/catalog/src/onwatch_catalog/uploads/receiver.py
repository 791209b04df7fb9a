"""Receives an upload: writes the file once, checks it, and only then adds the video."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from onwatch_catalog.errors import EmptyFile, RateFromTimestamps, StorageFull, UploadTooLarge
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.media import FileInspector, Files, ServedAs, completed, inspect, writing
from onwatch_catalog.records import StoredVideo, VideoSite, VideoStore, messages_of_creation
from onwatch_catalog.site import RecordingRules
from onwatch_catalog.storage import StorageQuota
from onwatch_catalog.uploads.multipart import MAX_FIELD_BYTES, MAX_FIELDS, UploadForm
from onwatch_catalog.videos import PendingDeletions, checked_name, name_from_file, parsed_rate
from onwatch_contracts.http import VideoStatus
from onwatch_media import Inspection
from onwatch_runtime.bus import Publisher
from onwatch_runtime.ids import NewId

log = logging.getLogger(__name__)

FORM_OVERHEAD_BYTES = 64 * 1024 + MAX_FIELDS * (MAX_FIELD_BYTES + 1024)  # boundaries, headers, the other fields


@dataclass(frozen=True)
class ReceivedFile:
    """A file of which every byte has arrived, and what its sender said of it."""

    video_id: str
    name: str
    filename: str
    recorded_fps: float | None
    size_bytes: int
    folder_id: str | None = None


@dataclass(frozen=True)
class UploadReceiver:
    store: VideoStore
    files: Files
    inspector: FileInspector
    deletions: PendingDeletions
    publisher: Publisher
    new_id: NewId
    instruments: Instruments
    max_bytes: int
    quota: StorageQuota
    recording: RecordingRules = RecordingRules()  # noqa: RUF009 a value

    async def receive(
        self,
        form: UploadForm,
        declared_bytes: int | None,
        body: AsyncIterator[bytes],
        folder_id: str | None = None,
    ) -> StoredVideo:
        """The new video. On any failure its folder is deleted, and no video was ever visible."""
        self._refuse_larger(declared_bytes or 0, self.max_bytes + FORM_OVERHEAD_BYTES)
        video_id = self.new_id()
        # As much as the file has at least; the rest is reserved as it arrives.
        async with self.receiving(video_id, max(0, (declared_bytes or 0) - FORM_OVERHEAD_BYTES)):
            return await self._receive(video_id, form, body, folder_id)

    @asynccontextmanager
    async def receiving(self, video_id: str, size_bytes: int) -> AsyncIterator[None]:
        """While the file of a new video is written, with so much of the quota. If it fails, the folder is deleted."""
        async with self.quota.reserved(video_id, size_bytes):
            await self.store.add_pending_deletion(video_id)
            try:
                yield
            except BaseException as error:
                self.instruments.uploads.labels("refused").inc()
                await self.deletions.finish(video_id)
                if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise StorageFull from error
                raise
            self.instruments.uploads.labels("taken").inc()

    async def _receive(
        self, video_id: str, form: UploadForm, body: AsyncIterator[bytes], folder_id: str | None
    ) -> StoredVideo:
        size_bytes = await self._write(video_id, form, body)
        given, filename = form.text("name"), form.filename or ""
        name = checked_name(given) if given is not None else name_from_file(filename)
        if size_bytes == 0:
            raise EmptyFile
        recorded_fps = parsed_rate(form.text("recorded_fps"))
        return await self.complete(ReceivedFile(video_id, name, filename, recorded_fps, size_bytes, folder_id))

    async def complete(self, file: ReceivedFile) -> StoredVideo:
        """Check the partial file, whose every byte has arrived, and add its video."""
        partial = await asyncio.to_thread(self.files.partial, file.video_id)
        found, thumbnail = await inspect(self.inspector, partial, file.recorded_fps)
        if file.recorded_fps is not None and not found.is_counted:
            raise RateFromTimestamps
        served_as = ServedAs(file.name, found.format.media_type)
        file_path = await completed(
            self.files.finalize, file.video_id, found.format.extension, thumbnail, found.clock_file, served_as
        )
        video = self._video(file, file_path, found)
        site = self.recording.site_of(found.recorded_at, file.filename, file.name)
        created = VideoSite(video, site).created()
        messages = messages_of_creation(created, self.publisher)
        await self.store.add(video, *messages, site=created.stored, is_received=True)
        log.info("video %s is uploaded: %d bytes, %.1f s", video.id, video.size_bytes, video.duration_s)
        return video

    async def _write(self, video_id: str, form: UploadForm, body: AsyncIterator[bytes]) -> int:
        size_bytes = received_bytes = 0
        async with writing(self.files.begin, video_id) as file:
            async for chunk in body:
                received_bytes += len(chunk)
                self._refuse_larger(received_bytes, self.max_bytes + FORM_OVERHEAD_BYTES)
                file_chunk = b"".join(form.feed(chunk))
                size_bytes += len(file_chunk)
                self._refuse_larger(size_bytes, self.max_bytes)
                await self.quota.reserve(video_id, size_bytes)
                await asyncio.to_thread(file.write, file_chunk)
                self.instruments.upload_bytes.inc(len(file_chunk))
        form.finish()
        return size_bytes

    def _refuse_larger(self, size_bytes: int, limit_bytes: int) -> None:
        if size_bytes > limit_bytes:
            raise UploadTooLarge(self.max_bytes)

    def _video(self, file: ReceivedFile, file_path: str, found: Inspection) -> StoredVideo:
        now = self.publisher.clock.now()
        return StoredVideo(
            id=file.video_id,
            name=file.name,
            media_type=found.format.media_type,
            file_path=file_path,
            duration_s=found.duration_s,
            fps=found.fps,
            width=found.width,
            height=found.height,
            size_bytes=file.size_bytes,
            created_at=now,
            status=VideoStatus.READY,
            status_at=now,
            codec=found.codec,
            is_counted=found.is_counted,
            is_rate_assumed=found.is_rate_assumed,
            recorded_fps=file.recorded_fps,
            notes=found.notes,
            folder_id=file.folder_id,
        )

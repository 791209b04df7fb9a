"""Receives an upload: writes the file once, checks it, and only then adds the video."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass

from onwatch_catalog.errors import EmptyFile, RateFromTimestamps, StorageFull, UploadTooLarge
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.media import FileInspector, Files, inspect
from onwatch_catalog.records import StoredVideo, VideoSite, VideoStore, messages_of_creation
from onwatch_catalog.site import RecordingRules
from onwatch_catalog.uploads.multipart import MAX_FIELD_BYTES, MAX_FIELDS, UploadForm
from onwatch_catalog.videos import PendingDeletions, checked_name, name_from_file, parsed_rate
from onwatch_contracts.http import VideoStatus
from onwatch_media import Inspection
from onwatch_runtime.bus import Publisher
from onwatch_runtime.ids import NewId

FORM_OVERHEAD_BYTES = 64 * 1024 + MAX_FIELDS * (MAX_FIELD_BYTES + 1024)  # boundaries, headers, the other fields


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
    recording: RecordingRules = RecordingRules()  # noqa: RUF009 a value

    async def receive(self, form: UploadForm, declared_bytes: int | None, body: AsyncIterator[bytes]) -> StoredVideo:
        """The new video. On any failure its folder is deleted, and no video was ever visible."""
        self._refuse_larger(declared_bytes or 0, self.max_bytes + FORM_OVERHEAD_BYTES)
        video_id = self.new_id()
        await self.store.add_pending_deletion(video_id)
        try:
            video = await self._receive(video_id, form, body)
        except BaseException as error:
            self.instruments.uploads.labels("refused").inc()
            await self.deletions.finish(video_id)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull from error
            raise
        self.instruments.uploads.labels("taken").inc()
        return video

    async def _receive(self, video_id: str, form: UploadForm, body: AsyncIterator[bytes]) -> StoredVideo:
        size_bytes = await self._write(video_id, form, body)
        given = form.text("name")
        name = checked_name(given) if given is not None else name_from_file(form.filename or "")
        if size_bytes == 0:
            raise EmptyFile
        recorded_fps = parsed_rate(form.text("recorded_fps"))
        found, thumbnail = await inspect(self.inspector, self.files.partial(video_id), recorded_fps)
        if recorded_fps is not None and not found.is_counted:
            raise RateFromTimestamps
        file_path = await asyncio.to_thread(
            self.files.finalize, video_id, found.format.extension, thumbnail, found.clock_file
        )
        video = self._video(video_id, name, file_path, size_bytes, found, recorded_fps)
        site = self.recording.site_of(found.recorded_at, form.filename or "", name)
        created = VideoSite(video, site).created()
        await self.store.add(video, *messages_of_creation(created, self.publisher), site=created.stored)
        return video

    async def _write(self, video_id: str, form: UploadForm, body: AsyncIterator[bytes]) -> int:
        size_bytes = received_bytes = 0
        with closing(await asyncio.to_thread(self.files.begin, video_id)) as file:
            async for chunk in body:
                received_bytes += len(chunk)
                self._refuse_larger(received_bytes, self.max_bytes + FORM_OVERHEAD_BYTES)
                file_chunk = b"".join(form.feed(chunk))
                size_bytes += len(file_chunk)
                self._refuse_larger(size_bytes, self.max_bytes)
                await asyncio.to_thread(file.write, file_chunk)
                self.instruments.upload_bytes.inc(len(file_chunk))
        form.finish()
        return size_bytes

    def _refuse_larger(self, size_bytes: int, limit_bytes: int) -> None:
        if size_bytes > limit_bytes:
            raise UploadTooLarge(self.max_bytes)

    def _video(
        self, video_id: str, name: str, file_path: str, size_bytes: int, found: Inspection, recorded_fps: float | None
    ) -> StoredVideo:
        now = self.publisher.clock.now()
        return StoredVideo(
            id=video_id,
            name=name,
            media_type=found.format.media_type,
            file_path=file_path,
            duration_s=found.duration_s,
            fps=found.fps,
            width=found.width,
            height=found.height,
            size_bytes=size_bytes,
            created_at=now,
            status=VideoStatus.READY,
            status_at=now,
            codec=found.codec,
            is_counted=found.is_counted,
            is_rate_assumed=found.is_rate_assumed,
            recorded_fps=recorded_fps,
            notes=found.notes,
        )

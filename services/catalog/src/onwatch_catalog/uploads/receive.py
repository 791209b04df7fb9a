"""From the bytes of a form to a video: written once, checked, and only then there."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass

from onwatch_catalog.errors import StorageFull, UploadTooLarge
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.media.files import Files
from onwatch_catalog.media.pending_deletions import Removals
from onwatch_catalog.media.probe import Probe, probe
from onwatch_catalog.media.thumbnails import make_thumbnail
from onwatch_catalog.uploads.multipart import UploadForm
from onwatch_catalog.videos.store import VideoStore
from onwatch_catalog.videos.video import StoredVideo, checked_name, name_from_file
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import VideoCreatedV1
from onwatch_runtime.bus import Publisher
from onwatch_runtime.ids import NewId

FORM_OVERHEAD_BYTES = 64 * 1024  # boundaries, headers and the other fields


@dataclass(frozen=True)
class Uploads:
    """Receives files."""

    store: VideoStore
    files: Files
    removals: Removals
    publisher: Publisher
    new_id: NewId
    instruments: Instruments
    max_bytes: int

    async def receive(self, form: UploadForm, announced_bytes: int | None, body: AsyncIterator[bytes]) -> StoredVideo:
        """The new video. Whatever fails, the file is gone again and nobody has seen a video."""
        self._refuse_larger(announced_bytes or 0, self.max_bytes + FORM_OVERHEAD_BYTES)
        video_id = self.new_id()
        await self.store.doom(video_id)
        try:
            video = await self._receive(video_id, form, body)
        except BaseException as error:
            self.instruments.uploads.labels("refused").inc()
            await self.removals.finish(video_id)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull from error
            raise
        self.instruments.uploads.labels("taken").inc()
        return video

    async def _receive(self, video_id: str, form: UploadForm, body: AsyncIterator[bytes]) -> StoredVideo:
        size_bytes = await self._write(video_id, form, body)
        given = form.text("name")
        name = checked_name(given) if given is not None else name_from_file(form.filename or "")
        part = self.files.part(video_id)
        found = await asyncio.to_thread(probe, part)
        thumbnail = await asyncio.to_thread(make_thumbnail, part, found.duration_s)
        file_path = await asyncio.to_thread(self.files.keep, video_id, found.container.extension, thumbnail)
        video = self._video(video_id, name, file_path, size_bytes, found)
        await self.store.add(video, self.publisher.make(VideoCreatedV1, video_id=video_id))
        return video

    async def _write(self, video_id: str, form: UploadForm, body: AsyncIterator[bytes]) -> int:
        size_bytes = received_bytes = 0
        with closing(await asyncio.to_thread(self.files.begin, video_id)) as file:
            async for chunk in body:
                received_bytes += len(chunk)
                self._refuse_larger(received_bytes, self.max_bytes + FORM_OVERHEAD_BYTES)
                piece = b"".join(form.feed(chunk))
                size_bytes += len(piece)
                self._refuse_larger(size_bytes, self.max_bytes)
                await asyncio.to_thread(file.write, piece)
                self.instruments.upload_bytes.inc(len(piece))
        form.finish()
        return size_bytes

    def _refuse_larger(self, size_bytes: int, limit_bytes: int) -> None:
        if size_bytes > limit_bytes:
            raise UploadTooLarge(self.max_bytes)

    def _video(self, video_id: str, name: str, file_path: str, size_bytes: int, found: Probe) -> StoredVideo:
        now = self.publisher.clock.now()
        return StoredVideo(
            id=video_id,
            name=name,
            media_type=found.container.media_type,
            file_path=file_path,
            duration_s=found.duration_s,
            fps=found.fps,
            width=found.width,
            height=found.height,
            size_bytes=size_bytes,
            created_at=now,
            status=VideoStatus.READY,
            status_at=now,
        )

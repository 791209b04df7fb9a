"""What can be done with the videos there are: read, edit, delete, ask for an analysis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from onwatch_catalog.analysis.demand import AnalysisDemand
from onwatch_catalog.errors import FileMissing, VideoNotFound
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.media.files import Files
from onwatch_catalog.media.pending_deletions import Removals
from onwatch_catalog.outbox.relay import OutboxRelay
from onwatch_catalog.videos.paging import cursor_after, parse_cursor
from onwatch_catalog.videos.store import Rule, VideoStore
from onwatch_catalog.videos.video import StoredVideo, as_http, patched
from onwatch_contracts.http import VideoPage, VideoPatch
from onwatch_contracts.messages import Message, VideoDeletedV1, VideoUpdatedV1
from onwatch_runtime.bus import Publisher


@dataclass(frozen=True)
class Catalog:
    """`VideoNotFound` from every method that is given the id of no video."""

    store: VideoStore
    files: Files
    removals: Removals
    publisher: Publisher
    relay: OutboxRelay
    demand: AnalysisDemand
    instruments: Instruments

    async def get(self, video_id: str) -> StoredVideo:
        return _existing(video_id, await self.store.find(video_id))

    async def page(self, limit: int, cursor: str | None) -> VideoPage:
        after = parse_cursor(cursor) if cursor is not None else None
        found = await self.store.page(limit + 1, after)  # one more tells whether there is a next page
        shown = found[:limit]
        next_cursor = cursor_after(shown[-1]) if len(found) > limit else None
        return VideoPage(items=tuple(map(as_http, shown)), next_cursor=next_cursor)

    async def edit(self, video_id: str, patch: VideoPatch) -> StoredVideo:
        message = self.publisher.make(VideoUpdatedV1, video_id=video_id)
        video = await self._change(video_id, lambda video: patched(video, patch), message)
        self.relay.wake()
        return video

    async def delete(self, video_id: str) -> None:
        """It is gone for everybody at once; its folder follows, at the latest at the next start."""
        if not await self.store.remove(video_id, self.publisher.make(VideoDeletedV1, video_id=video_id)):
            raise VideoNotFound(video_id)
        self.instruments.deletes.inc()
        self.demand.wake()
        self.relay.wake()
        await self.removals.finish(video_id)

    async def request_analysis(self, video_id: str) -> StoredVideo:
        """Process the video to its end with nobody watching. A request that stands already stays as it is."""
        now = self.publisher.clock.now()
        video = await self._change(
            video_id, lambda video: replace(video, analysis_requested_at=video.analysis_requested_at or now)
        )
        self.demand.wake()
        return video

    async def withdraw_analysis(self, video_id: str) -> None:
        await self._change(video_id, lambda video: replace(video, analysis_requested_at=None))
        self.demand.wake()

    async def content(self, video_id: str) -> tuple[StoredVideo, Path]:
        video = await self.get(video_id)
        return video, await self._path(video_id, "file", lambda: self.files.content(video.file_path))

    async def thumbnail(self, video_id: str) -> Path:
        video = await self.get(video_id)
        return await self._path(video_id, "thumbnail", lambda: self.files.thumbnail(video.id))

    async def _path(self, video_id: str, what: str, look: Callable[[], Path | None]) -> Path:
        path = await asyncio.to_thread(look)
        if path is None:
            raise FileMissing(video_id, what)
        return path

    async def _change(self, video_id: str, rule: Rule, message: Message | None = None) -> StoredVideo:
        return _existing(video_id, await self.store.change(video_id, rule, message))


def _existing(video_id: str, video: StoredVideo | None) -> StoredVideo:
    if video is None:
        raise VideoNotFound(video_id)
    return video

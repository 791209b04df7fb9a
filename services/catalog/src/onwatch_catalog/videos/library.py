"""The operations on existing videos: read, edit, delete, request an analysis."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from onwatch_catalog.analysis import AnalysisDemand
from onwatch_catalog.disk_reserve import DiskReserve
from onwatch_catalog.errors import FileMissing, RateFromTimestamps, VideoNotFound
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.media import FileInspector, Files, inspect
from onwatch_catalog.outbox import OutboxRelay
from onwatch_catalog.records import (
    Listing,
    Rule,
    StoredVideo,
    VideoStore,
    as_http,
    cursor_after,
    key_of,
    messages_of_change,
    parse_cursor,
)
from onwatch_catalog.videos.editing import patched
from onwatch_catalog.videos.pending_deletions import PendingDeletions
from onwatch_catalog.videos.recorded_rate import with_rate
from onwatch_contracts.http import AnalysisQueue, QueuedAnalysis, VideoNeighbours, VideoPage, VideoPatch
from onwatch_contracts.messages import Message, VideoDeletedV1, VideoUpdatedV1
from onwatch_media import VideoSource
from onwatch_runtime.bus import Publisher

log = logging.getLogger(__name__)

MOST_POSITIONS = 1000
"""Queued analyses whose position is told."""


@dataclass(frozen=True)
class VideoLibrary:
    """Every method raises `VideoNotFound` for an unknown id."""

    store: VideoStore
    files: Files
    inspector: FileInspector
    deletions: PendingDeletions
    publisher: Publisher
    relay: OutboxRelay
    demand: AnalysisDemand
    instruments: Instruments
    reserve: DiskReserve

    async def get(self, video_id: str) -> StoredVideo:
        return _existing(video_id, await self.store.find(video_id))

    async def analysis_queue(self, visible: Listing) -> AnalysisQueue:
        """The visible ones of the next analyses; the others are counted in their positions."""
        queued = await self.store.queued_analyses(MOST_POSITIONS, Listing())
        hides_none = visible.video_ids is None
        shown = frozenset(queued if hides_none else await self.store.queued_analyses(MOST_POSITIONS, visible))
        numbered = enumerate(queued, start=1)
        return AnalysisQueue(
            items=tuple(QueuedAnalysis(video_id=one, position=position) for position, one in numbered if one in shown)
        )

    async def page(self, listing: Listing, limit: int, cursor: str | None, skipped: int) -> VideoPage:
        after = parse_cursor(cursor, listing) if cursor is not None else None
        # One more, to know whether there is a next page.
        found = await self.store.page(limit + 1, after, listing, skipped)
        shown = found[:limit]
        next_cursor = cursor_after(shown[-1], listing) if len(found) > limit else None
        return VideoPage(items=tuple(map(as_http, shown)), next_cursor=next_cursor)

    async def count(self, listing: Listing) -> int:
        return await self.store.count(listing)

    async def neighbours(self, video_id: str, listing: Listing, limit: int) -> VideoNeighbours:
        key = key_of(await self.get(video_id), listing)
        before = await self.store.page(limit, key, listing.reversed())
        after = await self.store.page(limit, key, listing)
        return VideoNeighbours(before=tuple(map(as_http, reversed(before))), after=tuple(map(as_http, after)))

    async def edit(self, video_id: str, patch: VideoPatch) -> StoredVideo:
        changed = await self.store.change_site(
            video_id,
            lambda before: replace(before, video=patched(before.video, patch)),
            lambda before, after: messages_of_change(before, after, self.publisher),
        )
        self.relay.wake()
        return _existing(video_id, changed.video if changed else None)

    async def set_recorded_fps(self, video_id: str, recorded_fps: float | None) -> StoredVideo:
        """Inspect the file again at this rate; None: as it says, or assumed. A run in progress keeps its rate.

        `RateFromTimestamps` if no pictures of the file are counted.
        """
        before, file = await self.content(video_id)
        found, _ = await inspect(self.inspector, file, recorded_fps)
        if not found.is_counted:
            raise RateFromTimestamps
        message = self.publisher.make(VideoUpdatedV1, video_id=video_id)
        video = await self._change(video_id, lambda video: with_rate(video, found, recorded_fps), message)
        await self._keep_clock(before.file_path, found.clock_file)
        self.relay.wake()
        return video

    async def delete(self, video_id: str) -> None:
        """The video is gone at once, also on a full disk; its folder is deleted now, or at the next start."""
        message = self.publisher.make(VideoDeletedV1, video_id=video_id)
        if not await self.reserve.available_to(lambda: self.store.remove(video_id, message)):
            raise VideoNotFound(video_id)
        self.instruments.deletes.inc()
        log.info("video %s is deleted", video_id)
        self.demand.wake()
        self.relay.wake()
        await self.deletions.finish(video_id)
        self.reserve.wake()

    async def request_analysis(self, video_id: str) -> StoredVideo:
        """Request a run to the end of the video without viewers. A pending request stays as it is."""
        now = self.publisher.clock.now()
        video = await self._change(
            video_id, lambda video: replace(video, analysis_requested_at=video.analysis_requested_at or now)
        )
        log.info("the analysis of video %s is requested", video_id)
        self.demand.wake()
        return video

    async def withdraw_analysis(self, video_id: str) -> None:
        await self._change(video_id, lambda video: replace(video, analysis_requested_at=None))
        self.demand.wake()

    async def content(self, video_id: str) -> tuple[StoredVideo, VideoSource]:
        video = await self.get(video_id)
        return video, await self._found(video_id, "file", lambda: self.files.content(video.file_path))

    async def presigned_url(self, video: StoredVideo) -> str | None:
        """Where the file can be had for some minutes, past the catalog; None: nowhere."""
        return await asyncio.to_thread(self.files.presigned_url, video.file_path)

    async def thumbnail(self, video_id: str) -> VideoSource:
        video = await self.get(video_id)
        return await self._found(video_id, "thumbnail", lambda: self.files.thumbnail(video.id))

    async def _keep_clock(self, file_path: str, clock_file: bytes) -> None:
        try:
            await asyncio.to_thread(self.files.keep_clock, file_path, clock_file)
        except OSError as error:  # runs read the clock from the file, which takes longer
            log.warning("the clock of %s cannot be kept: %s", file_path, error)

    async def _found(self, video_id: str, what: str, find: Callable[[], VideoSource | None]) -> VideoSource:
        file = await asyncio.to_thread(find)
        if file is None:
            raise FileMissing(video_id, what)
        return file

    async def _change(self, video_id: str, rule: Rule, message: Message | None = None) -> StoredVideo:
        return _existing(video_id, await self.store.change(video_id, rule, message))


def _existing(video_id: str, video: StoredVideo | None) -> StoredVideo:
    if video is None:
        raise VideoNotFound(video_id)
    return video

"""Deletes the folders of failed uploads and deleted videos. Every step may be repeated."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.media import Files
from onwatch_catalog.records import VideoStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PendingDeletions:
    """Finishes pending deletions, at once or at the next start."""

    store: VideoStore
    files: Files

    async def finish_all(self) -> None:
        """At the start: finish what a crash interrupted. No upload is in progress yet: a catalog is one process."""
        for video_id in await self.store.pending_deletions():
            log.info("deleting the folder of %s: an earlier process was interrupted", video_id)
            await self.finish(video_id)

    async def finish(self, video_id: str) -> None:
        """Delete the folder if its deletion is pending; one that cannot be deleted now is left to the next start."""
        try:
            # Not pending any more: the video was added, whatever failed afterwards.
            if await self.store.is_deletion_pending(video_id):
                await asyncio.to_thread(self.files.remove, video_id)
                await self.store.end_pending_deletion(video_id)
        except (OSError, StoreUnavailable) as error:
            log.warning("cannot delete the folder of %s, the next start will: %s", video_id, error)

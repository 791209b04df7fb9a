"""Removing what is doomed: the folder, and then the note that it is to go. Every step may be repeated."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.media.files import Files
from onwatch_catalog.videos.store import VideoStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Removals:
    """Finishes uploads that failed and deletions, now or at the next start."""

    store: VideoStore
    files: Files

    async def finish_all(self) -> None:
        """At the start: what a crash cut short. No upload is under way yet: a catalog is one process."""
        for video_id in await self.store.doomed():
            log.info("removing what is left of %s, which an earlier process did not finish", video_id)
            await self.finish(video_id)

    async def finish(self, video_id: str) -> None:
        """Remove the folder if it is doomed; what cannot be removed now is left to the next start."""
        try:
            # Not doomed any more: the video came to be, whatever went wrong after.
            if await self.store.is_doomed(video_id):
                await asyncio.to_thread(self.files.remove, video_id)
                await self.store.forget(video_id)
        except (OSError, StoreUnavailable) as error:
            log.warning("the folder of %s is not removed yet, the next start will do it: %s", video_id, error)

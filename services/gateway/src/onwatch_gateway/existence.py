"""Tells viewers of a deletion that the gateway did not hear of.

Its queue ends with its connection to the bus, so a `video.deleted` that is said meanwhile never comes. Frames, metrics
and states are said again and again; this is the one thing that is said once, and that viewers must know.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from onwatch_gateway.demand import DemandBook
from onwatch_gateway.videos import CatalogUnavailable, VideoLookup
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExistenceCheck:
    """Asks the catalog, now and then, whether the videos that somebody here listens to are still there."""

    book: DemandBook
    videos: VideoLookup
    clock: Clock
    interval_s: float
    tell_deleted: Callable[[str], None]

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await self.clock.sleep(self.interval_s)
            for video_id in sorted(self.book.listened_to()):
                await self._check(video_id)

    async def _check(self, video_id: str) -> None:
        try:
            video = await self.videos.find(video_id)
        except CatalogUnavailable as error:
            log.info("whether there still is a video %s cannot be said now: %s", video_id, error)
            return
        if video is None and self.book.active_subscribers(video_id):
            log.info("video %s is gone, and nobody had said so", video_id)
            self.tell_deleted(video_id)

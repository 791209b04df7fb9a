"""Finds videos that were deleted without this gateway receiving `video.deleted`.

The gateway's queue ends with its connection to the bus, so a `video.deleted` that is published meanwhile never
arrives. Frames, metrics and states are published repeatedly; a deletion is published once, and viewers must know it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from onwatch_gateway.catalog_client import VideoLookup
from onwatch_gateway.demand import DemandLedger
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import ServiceUnavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExistenceCheck:
    """Requests each subscribed video from the catalog periodically, and reports those that no longer exist."""

    ledger: DemandLedger
    videos: VideoLookup
    clock: Clock
    interval_s: float
    on_deleted: Callable[[str], None]

    async def run(self) -> None:
        """Check every interval, until cancelled."""
        while True:
            await self.clock.sleep(self.interval_s)
            for video_id in sorted(self.ledger.subscribed_videos()):
                await self._check(video_id)

    async def _check(self, video_id: str) -> None:
        try:
            video = await self.videos.find(video_id)
        except ServiceUnavailable as error:
            log.info("the existence of video %s was not checked: %s", video_id, error)
            return
        if video is None and self.ledger.active_subscribers(video_id):
            log.info("video %s no longer exists, and no video.deleted was received", video_id)
            self.on_deleted(video_id)

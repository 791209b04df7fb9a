"""Removes everything of a deleted video, whatever crashes meanwhile and whatever message comes late."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from onwatch_aggregator.live import LiveStore
from onwatch_aggregator.results import ResultsStore
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deletion:
    """Every step may be repeated; a crash between two steps leaves the message unacknowledged."""

    live: LiveStore
    results: ResultsStore
    clock: Clock

    async def delete(self, video_id: str) -> None:
        """Record the deletion, then remove: once it is recorded, no result of the video stays.

        The record is a transaction of its own. So a run that is written to SQL meanwhile is either there when the rows
        are removed, or its writer finds the record.
        """
        await self.results.record_deletion(video_id, self.clock.now())
        await self._remove(video_id)

    async def repeat(self, settle_s: float) -> int:
        """Repeat the deletions that are older than `settle_s`; returns how many.

        By then Redis has written the removal to disk. Before, a crash could have restored what was removed.
        """
        settled = await self.results.deletions_before(self.clock.now() - timedelta(seconds=settle_s))
        for video_id in settled:
            await self._remove(video_id)
            await self.results.forget_deletion(video_id)
        return len(settled)

    async def _remove(self, video_id: str) -> None:
        await self.live.delete(video_id)
        if removed := await self.results.delete_video(video_id):
            log.info("%d runs of the deleted video %s are removed", removed, video_id)

"""Removing all that is kept of a deleted video, whatever dies on the way, and whatever comes late."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from onwatch_aggregator.live.store import LiveStore
from onwatch_aggregator.results.store import ResultsStore
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deleting:
    """Every step may be repeated; a crash between any two leaves the message unacknowledged."""

    live: LiveStore
    results: ResultsStore
    clock: Clock

    async def delete(self, video_id: str) -> None:
        """The note comes first: from then on nothing of the video can appear for good.

        It is a transaction of its own. So a run that is written to SQL meanwhile is either there when the rows are
        removed, or its writer finds the note.
        """
        await self.results.note_deletion(video_id, self.clock.now())
        await self._remove(video_id)

    async def repeat(self, settle_s: float) -> int:
        """Do deletions once more that are older than `settle_s`; how many.

        By then Redis has on disk what it was told. Before, a crash could have brought back what was removed.
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

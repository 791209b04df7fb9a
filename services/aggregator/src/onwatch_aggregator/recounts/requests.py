"""Decides when a video is counted again."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from onwatch_aggregator.recounts.store import Recount, RecountState, RecountStore, StoredSite
from onwatch_aggregator.results import ResultsStore
from onwatch_contracts.messages import RecountRequestedV1
from onwatch_contracts.site import Site
from onwatch_runtime.bus import Publisher

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recounts:
    """Every step may be repeated. `RecountLoop` does what is requested."""

    store: RecountStore
    results: ResultsStore
    publisher: Publisher

    async def change_site(self, video_id: str, revision: int, site: Site) -> None:
        """Keep the site, and count the newest finished run with it. A stale revision changes nothing."""
        if await self.results.is_deleted(video_id):
            return
        if await self.store.put_site(video_id, StoredSite(revision, site)):
            await self.request(video_id)

    async def request(self, video_id: str, *, again: bool = False) -> Recount | None:
        """Request a recount unless its results are there or on their way; None if there is no log to count.

        `again`: also if they are there, or the last recount of this run and site was cancelled or has failed.
        """
        recount = await self.store.request(video_id, self.publisher.clock.now(), again=again)
        if recount is not None and recount.state is RecountState.WAITING:
            # Wakes an aggregator that is idle. Without this message the recount begins at its next check.
            await self.publisher.announce(
                RecountRequestedV1, video_id=video_id, run_id=recount.run_id, revision=recount.revision
            )
        return recount

    async def cancel(self, video_id: str) -> bool:
        """End a recount that waits or runs. Its process is ended at the next renewal, and cannot save any more."""
        cancelled = await self.store.cancel(video_id, self.publisher.clock.now())
        if cancelled:
            log.info("the recount of video %s is cancelled", video_id)
        return cancelled

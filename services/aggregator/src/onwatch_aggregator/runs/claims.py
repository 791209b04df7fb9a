"""Grants runs to workers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from onwatch_aggregator.errors import ClaimRefused, RunFinished, RunFinishing, RunLeased, VideoDeleted
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live import ClaimAttempt, LiveStore, Refused
from onwatch_aggregator.results import ResultsStore
from onwatch_aggregator.runs.finishing import publish_persisted
from onwatch_contracts.http import Claim, ClaimRefusal, ClaimRequest
from onwatch_runtime.bus import Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId

log = logging.getLogger(__name__)

_REFUSALS: dict[ClaimRefusal, Callable[[str, Refused], ClaimRefused]] = {
    ClaimRefusal.LEASED: lambda video_id, refused: RunLeased(video_id, refused.holder, refused.lease_left_s),
    ClaimRefusal.FINISHED: lambda video_id, _: RunFinished(video_id),
    ClaimRefusal.FINISHING: lambda video_id, _: RunFinishing(video_id),
    ClaimRefusal.DELETED: lambda video_id, _: VideoDeleted(video_id),
}


@dataclass(frozen=True)
class Claims:
    """Claims of runs. SQL takes part in the decision, so that it holds when Redis was emptied."""

    live: LiveStore
    results: ResultsStore
    clock: Clock
    new_id: NewId
    lease_s: float
    instruments: Instruments
    publisher: Publisher

    async def claim(self, video_id: str, request: ClaimRequest) -> Claim:
        """The run, new or resumed; `ClaimRefused` with the reason otherwise."""
        await self._refuse_deleted(video_id)
        stored = await self.results.newest(video_id)
        answer = await self.live.claim(
            ClaimAttempt(
                video_id=video_id,
                worker_id=request.worker_id,
                requested_at=request.requested_at,
                settings=request.settings,
                now=self.clock.now(),
                new_run_id=self.new_id(),
                stored_run_id=stored.run_id if stored else None,
                stored_finished_at=stored.finished_at if stored else None,
                discard_run_id=request.discard_run_id,
                also_resumes=request.also_resumes,
            )
        )
        if isinstance(answer, Refused):
            self.instruments.claims.labels(answer.reason.value).inc()
            if answer.reason is ClaimRefusal.FINISHED and stored is not None:
                # The demand goes on because the message was lost: a gateway whose queue was lost with the broker.
                await publish_persisted(self.publisher, stored)
            raise _REFUSALS[answer.reason](video_id, answer)
        self.instruments.claims.labels("granted").inc()
        log.info("run %s of video %s is leased to %s", answer.run_id, video_id, request.worker_id)
        return Claim(
            run_id=answer.run_id,
            epoch=answer.epoch,
            next_batch_no=answer.next_batch_no,
            checkpoint=answer.checkpoint,
            settings=answer.settings,
            lease_s=self.lease_s,
        )

    async def _refuse_deleted(self, video_id: str) -> None:
        """The deletion that SQL has recorded holds also when Redis has lost its tombstone."""
        if await self.results.is_deleted(video_id):
            self.instruments.claims.labels(ClaimRefusal.DELETED.value).inc()
            raise VideoDeleted(video_id)

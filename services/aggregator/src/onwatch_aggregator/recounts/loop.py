"""Does the recounts that are requested, one at a time in each aggregator."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.recounts.recounter import Recounter, RecountImpossible, RecountLost
from onwatch_aggregator.recounts.store import Found, Job, RecountStore
from onwatch_contracts.messages import RecountFinishedV1
from onwatch_runtime.bus import BusUnavailable, Publisher
from onwatch_runtime.process import WakeUp
from onwatch_runtime.waiting import done_within

log = logging.getLogger(__name__)

CHECK_INTERVAL_S = 5.0
"""Between two checks whether another aggregator lost its recount, or a wake-up was lost."""
RENEW_INTERVAL_S = 1.0
LOST_AFTER_S = 10.0
"""Without a renewal, another attempt begins. Longer than a database takes to come back from a restart."""
MAX_LOSSES = 5
"""A log that ends the process so often would do it again."""


@dataclass
class RecountLoop:
    """The state of every recount is in SQL, so whatever crashes, another aggregator begins it anew."""

    store: RecountStore
    recounter: Recounter
    publisher: Publisher
    instruments: Instruments
    wake_up: WakeUp = field(default_factory=WakeUp)

    async def run(self) -> None:
        """Until `wake_up` is closed."""
        while not self.wake_up.is_closed:
            try:
                await self.check()
            except (StoreUnavailable, BusUnavailable) as error:
                log.warning("recounts were not checked, next try in %g s: %s", CHECK_INTERVAL_S, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("recounts were not checked, next try in %g s", CHECK_INTERVAL_S)
            await self.wake_up.wait(self.publisher.clock, CHECK_INTERVAL_S)

    async def check(self) -> None:
        """Do everything that is requested, and publish what is finished."""
        await self._publish_finished()
        while not self.wake_up.is_closed and (job := await self._claim()) is not None:
            await self._work(job)
            await self._publish_finished()

    async def _claim(self) -> Job | None:
        now = self.publisher.clock.now()
        lost_before = now - timedelta(seconds=LOST_AFTER_S)
        return await self.store.claim(self.publisher.new_id(), now, lost_before, MAX_LOSSES)

    async def _work(self, job: Job) -> None:
        outcome = await self._outcome(job)
        self.instruments.recounts.labels(outcome).inc()
        log.info("recount of video %s, run %s, revision %d: %s", job.video_id, job.run_id, job.revision, outcome)

    async def _outcome(self, job: Job) -> str:
        now = self.publisher.clock.now
        try:
            found = await self._count(job)
        except RecountImpossible as error:
            log.warning("video %s cannot be counted again: %s", job.video_id, error)
            await self.store.fail(job, str(error), now())
            return "failed"
        except RecountLost as error:
            log.warning("the recount of video %s was lost: %s", job.video_id, error)
            await self.store.release(job, was_lost=True)
            return "lost"
        if found is None:
            return "stopped"
        return "finished" if await self.store.save(job, found, now()) else "superseded"

    async def _count(self, job: Job) -> Found | None:
        """Count, and renew meanwhile. None if the results are not wanted any more, or the service stops."""
        progress = 0.0

        def on_progress(share: float) -> None:
            nonlocal progress
            progress = share

        counting = asyncio.create_task(self.recounter.recount(job, self.store.log(job.run_id), on_progress))
        try:
            while not await done_within(counting, RENEW_INTERVAL_S, self.publisher.clock):
                if self.wake_up.is_closed:
                    await self.store.release(job, was_lost=False)
                    return None
                if not await self._renew(job, progress):
                    return None
            return await counting
        finally:
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)

    async def _renew(self, job: Job, progress: float) -> bool:
        try:
            return await self.store.renew(job, progress, self.publisher.clock.now())
        except StoreUnavailable as error:  # what is counted is still of use, unless another attempt begins
            log.warning("the recount of video %s was not renewed: %s", job.video_id, error)
            return True

    async def _publish_finished(self) -> None:
        """At least once for each finished recount, also after a crash between its end and this."""
        for recount in await self.store.finished():
            await self.publisher.publish(
                RecountFinishedV1, video_id=recount.video_id, run_id=recount.run_id, revision=recount.revision
            )
            await self.store.set_published(recount)

"""Moves a finished run from Redis to SQL, exactly once, whatever crashes meanwhile.

Every step may be repeated. A crash between two steps leaves the message unacknowledged, and the redelivery completes
them. A run whose message was dead-lettered (SQL was unavailable too long) is still recorded, and is announced again.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from onwatch_aggregator.counting import InconsistentRun, RunRecord, check_consistent
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live import LiveStore, RunGone, RunState
from onwatch_aggregator.results import ResultsStore
from onwatch_aggregator.runs.final_rows import final_rows
from onwatch_aggregator.runs.repacked_log import UnusableLog, repacked_log
from onwatch_contracts.messages import VideoFinishedV1, VideoPersistedV1
from onwatch_runtime.bus import Publisher, Reject
from onwatch_runtime.clock import Clock
from onwatch_runtime.observe import span

log = logging.getLogger(__name__)


async def publish_persisted(publisher: Publisher, record: RunRecord) -> None:
    """Publish that the run is in SQL, dated when it finished: a repeat must not answer a demand that began later."""
    await publisher.publish(
        VideoPersistedV1,
        video_id=record.video_id,
        occurred_at=record.finished_at,
        run_id=record.run_id,
        totals=record.totals.to_contract(),
        coverage=record.coverage,
    )


@dataclass(frozen=True)
class Finishing:
    """Saves final runs to SQL, and publishes that they are there."""

    live: LiveStore
    results: ResultsStore
    publisher: Publisher
    instruments: Instruments

    async def finish(self, video_id: str, run_id: str) -> None:
        """Save the run to SQL, let it expire in Redis, publish it. `Reject` if its totals contradict its rows."""
        record = await self._record_unless_deleted(video_id, run_id)
        # A deletion sets the tombstone before it clears SQL. One that follows this check clears what was saved above;
        # one that came before it is detected here.
        finished_at = record.finished_at if record else None
        if not await self.live.mark_persisted(video_id, run_id, finished_at):
            await self.results.delete_video(video_id)
            record = None
        if record is not None:
            await publish_persisted(self.publisher, record)
        await self.live.remove_finishing(video_id, run_id)

    async def _record_unless_deleted(self, video_id: str, run_id: str) -> RunRecord | None:
        """The run as SQL has it now; None if no store has it any more, or its video was deleted.

        A deletion is recorded in SQL before it removes the rows. So it either finds those of this run, or is detected
        here, also when Redis has lost the tombstone.
        """
        record = await self._record_in_sql(video_id, run_id)
        if record is not None and await self.results.is_deleted(video_id):
            await self.results.delete_video(video_id)
            return None
        return record

    async def _record_in_sql(self, video_id: str, run_id: str) -> RunRecord | None:
        """The run as SQL has it now; None if no store has it any more."""
        stored = await self.results.run(run_id)
        if stored is not None:
            return stored
        live = await self.live.run(video_id)
        if live is None or live.record.run_id != run_id or live.state is not RunState.FINAL:
            log.warning("run %s of video %s cannot be finished: deleted, or lost by Redis", run_id, video_id)
            return None
        try:
            rows = await final_rows(self.live, video_id, run_id)
            await asyncio.to_thread(check_consistent, live.record.totals, rows)
            log_chunks = await repacked_log(self.live, video_id, run_id)
        except RunGone as error:
            log.warning("run %s of video %s cannot be finished: %s", run_id, video_id, error)
            return None
        except (InconsistentRun, UnusableLog) as error:
            await self._abandon(video_id, run_id)
            raise Reject(f"run {run_id} of video {video_id}: {error}") from error
        record = self._as_of_now(live.record)
        with span("save results"), self.instruments.persist_seconds.time():
            is_saved = await self.results.save(record, rows, log_chunks)
        if is_saved:
            self.instruments.runs_persisted.inc()
            log.info("run %s of video %s is in SQL with %d visits", run_id, video_id, record.totals.visits_count)
            return record
        return await self.results.run(run_id)  # another aggregator saved it first

    def _as_of_now(self, record: RunRecord) -> RunRecord:
        """Finished when its results are available: they answer a demand that began before that."""
        now = self.publisher.clock.now()
        return replace(record, finished_at=max(now, record.finished_at or now))

    async def _abandon(self, video_id: str, run_id: str) -> None:
        """A retry cannot help; the run stays in Redis for inspection."""
        self.instruments.runs_inconsistent.inc()
        await self.live.remove_finishing(video_id, run_id)

    async def announce_overdue(self, clock: Clock, overdue_s: float) -> int:
        """Announce again the final runs that did not reach SQL in time; returns how many."""
        overdue = await self.live.finishing_before(clock.now() - timedelta(seconds=overdue_s))
        for video_id, run_id in overdue:
            log.warning("run %s of video %s is final but not in SQL after %g s", run_id, video_id, overdue_s)
            await self.publisher.publish(VideoFinishedV1, video_id=video_id, run_id=run_id)
        return len(overdue)

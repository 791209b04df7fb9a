"""Moving a finished run from Redis to SQL, exactly once, whatever dies on the way.

Every step may be repeated. A crash between any two leaves the message unacknowledged, and the repeat ends what was
begun. A run whose message was given up (SQL was away too long) is still noted, and is announced again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live.store import LiveStore
from onwatch_aggregator.results.store import ResultsStore
from onwatch_aggregator.results.visits import InconsistentRun, check_consistent
from onwatch_aggregator.runs.live_run import RunRecord, RunState
from onwatch_contracts.messages import VideoFinishedV1, VideoPersistedV1
from onwatch_runtime.bus import Publisher, Reject
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)


async def say_persisted(publisher: Publisher, record: RunRecord) -> None:
    """That the run is in SQL, as of when it was finished: a repeat must not answer what was asked for after that."""
    await publisher.publish(
        VideoPersistedV1,
        video_id=record.video_id,
        occurred_at=record.finished_at,
        run_id=record.run_id,
        totals=record.tally.totals,
        coverage=record.coverage,
    )


@dataclass(frozen=True)
class Finishing:
    """The way of a run from Redis to SQL."""

    live: LiveStore
    results: ResultsStore
    publisher: Publisher
    instruments: Instruments

    async def finish(self, video_id: str, run_id: str) -> None:
        """Write the run to SQL, let it go in Redis, say so. `Reject` if its numbers contradict each other."""
        record = await self._record_unless_deleted(video_id, run_id)
        # The tombstone is set before SQL is cleared. Whoever deletes after this look clears what was written above;
        # whoever deleted before is seen here.
        finished_at = record.finished_at if record else None
        if not await self.live.mark_persisted(video_id, run_id, finished_at):
            await self.results.delete_video(video_id)
            record = None
        if record is not None:
            await say_persisted(self.publisher, record)
        await self.live.remove_finishing(video_id, run_id)

    async def _record_unless_deleted(self, video_id: str, run_id: str) -> RunRecord | None:
        """The run as SQL has it now; None if nobody knows it any more, or its video was deleted.

        A deletion is noted in SQL before it removes the rows. So it either finds those of this run, or is seen here,
        also when Redis has lost the tombstone.
        """
        record = await self._record_in_sql(video_id, run_id)
        if record is not None and await self.results.is_deleted(video_id):
            await self.results.delete_video(video_id)
            return None
        return record

    async def _record_in_sql(self, video_id: str, run_id: str) -> RunRecord | None:
        """The run as SQL has it now; None if nobody knows it any more."""
        stored = await self.results.run(run_id)
        if stored is not None:
            return stored
        found = await self.live.run_with_vehicles(video_id)
        if found is None or found[0].record.run_id != run_id or found[0].state is not RunState.FINAL:
            log.warning("run %s of video %s is not there to be finished: deleted, or lost with Redis", run_id, video_id)
            return None
        live, rows = found
        try:
            check_consistent(live.record.tally, rows)
        except InconsistentRun as error:
            await self._give_up(video_id, run_id)
            raise Reject(f"run {run_id} of video {video_id}: {error}") from error
        record = self._as_of_now(live.record)
        if await self.results.save(record, rows):
            self.instruments.runs_persisted.inc()
            return record
        return await self.results.run(run_id)  # another aggregator was quicker

    def _as_of_now(self, record: RunRecord) -> RunRecord:
        """Finished when its results can be had: whoever asked for the video on their way there is answered by them."""
        now = self.publisher.clock.now()
        return replace(record, finished_at=max(now, record.finished_at or now))

    async def _give_up(self, video_id: str, run_id: str) -> None:
        """Repeating cannot help; the run stays in Redis for a person to look at."""
        self.instruments.runs_inconsistent.inc()
        await self.live.remove_finishing(video_id, run_id)

    async def announce_overdue(self, clock: Clock, overdue_s: float) -> int:
        """Announce again the final runs that did not reach SQL in time; how many there were."""
        overdue = await self.live.finishing_before(clock.now() - timedelta(seconds=overdue_s))
        for video_id, run_id in overdue:
            log.warning("run %s of video %s is final but not in SQL after %g s", run_id, video_id, overdue_s)
            await self.publisher.publish(VideoFinishedV1, video_id=video_id, run_id=run_id)
        return len(overdue)

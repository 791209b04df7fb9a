"""What the aggregator does with each message. Every handler may be run again after a crash at any point."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live.store import Committed, Impossible, LiveStore, Rejected
from onwatch_aggregator.results.store import ResultsStore
from onwatch_aggregator.runs.deletion import Deleting
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.live_run import LiveRun, RunState
from onwatch_contracts.messages import (
    MetricsBatchV1,
    MetricsCommittedV1,
    MetricsRejectedV1,
    VideoDeletedV1,
    VideoFinishedV1,
)
from onwatch_runtime.bus import Publisher, Reject, SharedQueue
from onwatch_runtime.clock import Clock


@dataclass(frozen=True)
class Handlers:
    """Message in, decision of a store, message out; what returns is acknowledged."""

    live: LiveStore
    results: ResultsStore
    finishing: Finishing
    publisher: Publisher
    clock: Clock
    instruments: Instruments

    async def on_batch(self, batch: MetricsBatchV1) -> None:
        """Commit, and say what became of it. A repeat is answered again: the first answer may have been lost."""
        match await self.live.commit(batch, self.clock.now()):
            case Committed(run, repeat):
                self.instruments.batches.labels("repeat" if repeat else "applied").inc()
                await self._publish_numbers(run)
            case Rejected(reason):
                self.instruments.batches.labels(reason).inc()
                await self.publisher.publish(
                    MetricsRejectedV1,
                    video_id=batch.video_id,
                    run_id=batch.run_id,
                    epoch=batch.epoch,
                    batch_no=batch.batch_no,
                    reason=reason,
                )
            case Impossible(reason):
                self.instruments.batches.labels("impossible").inc()
                raise Reject(f"batch {batch.batch_no} of run {batch.run_id}, epoch {batch.epoch}: {reason}")

    async def _publish_numbers(self, run: LiveRun) -> None:
        record = run.record
        await self.publisher.publish(
            MetricsCommittedV1,
            video_id=record.video_id,
            run_id=record.run_id,
            epoch=run.epoch,
            batch_no=run.batch_no,
            totals=record.tally.totals,
            coverage=record.coverage,
        )
        if run.state is RunState.FINAL:
            # Noted first: then the way to SQL is taken even if the message should be given up.
            await self.live.add_finishing(record.video_id, record.run_id, self.clock.now())
            await self.publisher.publish(VideoFinishedV1, video_id=record.video_id, run_id=record.run_id)

    async def on_finished(self, message: VideoFinishedV1) -> None:
        await self.finishing.finish(message.video_id, message.run_id)

    async def on_deleted(self, message: VideoDeletedV1) -> None:
        await Deleting(self.live, self.results, self.clock).delete(message.video_id)


SUBSCRIPTIONS: tuple[tuple[SharedQueue, Callable[[Handlers, Any], Awaitable[None]]], ...] = (
    (SharedQueue("aggregator.batches", (MetricsBatchV1,), ordered=True), Handlers.on_batch),
    (SharedQueue("aggregator.finished", (VideoFinishedV1,)), Handlers.on_finished),
    (SharedQueue("aggregator.deleted", (VideoDeletedV1,)), Handlers.on_deleted),
)

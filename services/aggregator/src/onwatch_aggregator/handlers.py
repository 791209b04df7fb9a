"""Message handlers. Each may run again after a crash at any point."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_aggregator.alerts import AlertLoop
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live import Committed, Impossible, LiveRun, LiveStore, Rejected, RunState
from onwatch_aggregator.recounts import Recounts
from onwatch_aggregator.results import ResultsStore
from onwatch_aggregator.runs import Deletion, Finishing
from onwatch_contracts.messages import (
    CountsCommittedV1,
    MetricsBatchV1,
    MetricsBatchV2,
    MetricsCommittedV1,
    MetricsRejectedV1,
    RecountRequestedV1,
    SiteChangedV1,
    VideoDeletedV1,
    VideoFinishedV1,
    VideoPersistedV1,
)
from onwatch_contracts.site import SiteCounts
from onwatch_runtime.bus import Publisher, Reject, SharedQueue, Subscription
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp


@dataclass(frozen=True)
class Handlers:
    """Message in, decision of a store, message out; a handler that returns acknowledges its message."""

    live: LiveStore
    results: ResultsStore
    finishing: Finishing
    publisher: Publisher
    clock: Clock
    instruments: Instruments
    recounts: Recounts
    recount_wake_up: WakeUp
    alerts: AlertLoop

    async def on_batch(self, batch: MetricsBatchV1) -> None:
        """Commit the batch and publish the outcome, also for a repeat: the first answer may have been lost."""
        with self.instruments.commit_seconds.time():
            outcome = await self.live.commit(batch, self.clock.now())
        match outcome:
            case Committed(run, repeat, site_counts):
                self.instruments.batches.labels("repeat" if repeat else "applied").inc()
                if site_counts is not None:
                    await self._publish_counts(run, site_counts)
                await self._publish_committed(run)
                self.alerts.committed(batch.video_id)
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

    async def _publish_counts(self, run: LiveRun, counts: SiteCounts) -> None:
        """Before the totals: with those of the final batch the run is handed over to SQL."""
        record = run.record
        await self.publisher.publish(
            CountsCommittedV1,
            video_id=record.video_id,
            run_id=record.run_id,
            epoch=run.epoch,
            batch_no=run.batch_no,
            counts=counts,
        )

    async def _publish_committed(self, run: LiveRun) -> None:
        record = run.record
        await self.publisher.publish(
            MetricsCommittedV1,
            video_id=record.video_id,
            run_id=record.run_id,
            epoch=run.epoch,
            batch_no=run.batch_no,
            totals=record.totals.to_contract(),
            coverage=record.coverage,
        )
        if run.state is RunState.FINAL:
            # Recorded first, so that the run reaches SQL even if the message is dead-lettered.
            await self.live.add_finishing(record.video_id, record.run_id, self.clock.now())
            await self.publisher.publish(VideoFinishedV1, video_id=record.video_id, run_id=record.run_id)

    async def on_finished(self, message: VideoFinishedV1) -> None:
        await self.finishing.finish(message.video_id, message.run_id)

    async def on_deleted(self, message: VideoDeletedV1) -> None:
        await Deletion(self.live, self.results, self.clock).delete(message.video_id)

    async def on_site_changed(self, message: SiteChangedV1) -> None:
        await self.recounts.change_site(message.video_id, message.revision, message.site)
        self.recount_wake_up.set()  # results that only have other names now are finished, and published by the loop

    async def on_persisted(self, message: VideoPersistedV1) -> None:
        await self.recounts.request(message.video_id)
        await self.alerts.finish(message.video_id, message.run_id)

    async def on_recount_requested(self, _: RecountRequestedV1) -> None:
        """The request is in SQL; whoever receives this message looks there."""
        self.recount_wake_up.set()


SUBSCRIPTIONS: tuple[Subscription[Handlers], ...] = (
    Subscription(SharedQueue("aggregator.batches", (MetricsBatchV1, MetricsBatchV2), ordered=True), Handlers.on_batch),
    Subscription(SharedQueue("aggregator.finished", (VideoFinishedV1,)), Handlers.on_finished),
    Subscription(SharedQueue("aggregator.deleted", (VideoDeletedV1,)), Handlers.on_deleted),
    Subscription(SharedQueue("aggregator.sites", (SiteChangedV1,)), Handlers.on_site_changed),
    Subscription(SharedQueue("aggregator.persisted", (VideoPersistedV1,)), Handlers.on_persisted),
    Subscription(SharedQueue("aggregator.recounts", (RecountRequestedV1,)), Handlers.on_recount_requested),
)

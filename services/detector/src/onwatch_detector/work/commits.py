"""Commits the results of one run: numbered batches, and the acknowledgements of the aggregator."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections import deque
from collections.abc import Iterable

from onwatch_contracts.http import Claim
from onwatch_contracts.messages import MetricsBatchV2
from onwatch_contracts.site import SiteCounts
from onwatch_contracts.values import Checkpoint, ZoneEvent
from onwatch_counting.log import LoggedPicture, pack
from onwatch_detector.context import RunContext
from onwatch_detector.errors import RunLost
from onwatch_runtime.observe import continued, current_traceparent
from onwatch_runtime.waiting import happens_within

log = logging.getLogger(__name__)

EMPTY_CHECKPOINT = Checkpoint(next_frame=0, position_s=0.0, state={})


class Commits:
    """The batches of one claimed run, sent about four times a second.

    A batch carries events, the log of detections and the checkpoint they lead to, so that none is committed without the
    others. At most `max_batches_in_flight` batches are unacknowledged at a time.
    """

    def __init__(self, context: RunContext, video_id: str, claim: Claim) -> None:
        self.checkpoint = claim.checkpoint or EMPTY_CHECKPOINT
        """The newest one sent."""
        self._claimed = self.checkpoint
        self._context = context
        self._video_id = video_id
        self._run_id = claim.run_id
        self._epoch = claim.epoch
        self._next_batch_no = claim.next_batch_no
        self._events: list[ZoneEvent] = []
        self._pictures: list[LoggedPicture] = []
        self._unacknowledged: deque[tuple[int, float]] = deque()  # batch number, when it was sent
        self._answered = asyncio.Event()
        self._lost: str | None = None
        self._due_s = context.clock.monotonic()

    # --- answers of the aggregator ---------------------------------------------------------------

    def acknowledge(self, run_id: str, epoch: int, batch_no: int) -> None:
        """Every batch up to this one is committed. Ignored if it is about another run or epoch."""
        if (run_id, epoch) != (self._run_id, self._epoch):
            return
        while self._unacknowledged and self._unacknowledged[0][0] <= batch_no:
            _, sent_at_s = self._unacknowledged.popleft()
            self._context.instruments.commit_seconds.observe(self._context.clock.monotonic() - sent_at_s)
        self._answered.set()

    def reject(self, run_id: str, epoch: int, reason: str) -> None:
        """The run is lost. Ignored if it is about another run or epoch."""
        if (run_id, epoch) == (self._run_id, self._epoch):
            self._lost = f"batch rejected: {reason}"
            self._answered.set()

    # --- batches ---------------------------------------------------------------------------------

    def add(self, events: Iterable[ZoneEvent], *pictures: LoggedPicture) -> None:
        """Events and pictures of the next batch."""
        self._events.extend(events)
        self._pictures.extend(pictures)

    def discard(self) -> None:
        """Drop events and pictures whose checkpoint will not be sent."""
        self._events, self._pictures = [], []

    @property
    def is_due(self) -> bool:
        return self._context.clock.monotonic() >= self._due_s

    async def send(
        self,
        checkpoint: Checkpoint,
        site_counts: SiteCounts | None = None,
        *,
        releases: bool = False,
        final: bool = False,
    ) -> None:
        """Send the events and pictures so far with the checkpoint after them. `RunLost` if a batch was rejected."""
        self._raise_if_lost()
        is_first = self.checkpoint is self._claimed
        with continued(current_traceparent(), sampled=is_first or releases or final):  # not four times a second
            await self._context.publisher.publish(
                MetricsBatchV2,
                video_id=self._video_id,
                run_id=self._run_id,
                epoch=self._epoch,
                batch_no=self._next_batch_no,
                events=tuple(self._events),
                checkpoint=checkpoint,
                releases=releases,
                final=final,
                detections=base64.b64encode(pack(self._pictures)).decode() if self._pictures else "",
                site_counts=site_counts,
            )
        now_s = self._context.clock.monotonic()
        self._unacknowledged.append((self._next_batch_no, now_s))
        self._next_batch_no += 1
        self.checkpoint = checkpoint
        self.discard()
        self._due_s = now_s + self._context.settings.batch_interval_s

    async def renew(self) -> None:
        """Renew the lease with an unchanged batch: the newest checkpoint, no events, no pictures.

        Those since that checkpoint stay for the next one, which they belong to.
        """
        events, pictures = self._events, self._pictures
        self.discard()
        await self.send(self.checkpoint)
        self._events, self._pictures = events, pictures

    async def renew_when_due(self) -> None:
        if self._context.clock.monotonic() >= self._due_s + self._context.settings.notice_interval_s:
            await self.renew()

    async def release(self) -> None:
        """Release the run at its newest checkpoint, if the bus still takes it."""
        try:
            self.discard()
            await self.send(self.checkpoint, releases=True)
        except RunLost as error:
            log.info("run %s of video %s could not be released: %s", self._run_id, self._video_id, error)

    # --- acknowledgements ------------------------------------------------------------------------

    async def wait_for_room(self) -> None:
        """Wait until one more batch may be in flight. `RunLost` if none is acknowledged in time."""
        await self._wait_until_at_most(self._context.settings.max_batches_in_flight - 1)

    async def wait_for_all(self) -> None:
        """Wait until every batch is acknowledged. `RunLost` if one is not in time."""
        await self._wait_until_at_most(0)

    async def _wait_until_at_most(self, unacknowledged: int) -> None:
        while len(self._unacknowledged) > unacknowledged:
            self._raise_if_lost()
            self._answered.clear()
            await self._wait_for_answer()
        self._raise_if_lost()

    async def _wait_for_answer(self) -> None:
        timeout_s = self._context.settings.acknowledgement_timeout_s
        batch_no, sent_at_s = self._unacknowledged[0]
        left_s = sent_at_s + timeout_s - self._context.clock.monotonic()
        if left_s <= 0:
            raise RunLost(f"batch {batch_no} was not acknowledged within {timeout_s} s")
        await happens_within(self._answered.wait(), left_s, self._context.clock)

    def _raise_if_lost(self) -> None:
        if self._lost is not None:
            raise RunLost(self._lost)

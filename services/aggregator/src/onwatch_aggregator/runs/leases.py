"""Detects expired leases: fences the worker, and publishes that its run is lost."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live import EPOCH, Lease, LeaseEnded, LeaseExpired, LeaseHeld, LiveStore, RunUnknown
from onwatch_contracts.messages import RunLostV1
from onwatch_runtime.bus import BusUnavailable, Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

CHECK_INTERVAL_S = 1.0


@dataclass
class CommitPath:
    """Since when commits could be processed without interruption, on one monotonic clock. Without I/O.

    An expired lease proves nothing while Redis or the bus was unavailable, or this process was stopped or has just
    started: the worker may have published commits that are still queued.
    """

    grace_s: float
    """A worker gets its whole time once more: a lease, and what may pass after it."""
    longest_gap_s: float
    """A later check means that this process was stopped meanwhile."""
    checked_at_s: float
    intact_since_s: float

    def interrupt(self, now_s: float) -> None:
        self.intact_since_s = now_s

    def check(self, now_s: float) -> bool:
        """Whether commits were processed for long enough that an expired lease proves the loss of its run."""
        if now_s - self.checked_at_s > self.longest_gap_s:
            self.interrupt(now_s)
        self.checked_at_s = now_s
        return now_s - self.intact_since_s >= self.grace_s


@dataclass
class LeaseWatch:
    """Checks every tracked lease once a second. Any number of aggregators may do so at the same time.

    A lost run is published at least once: its lease stays tracked until the bus has the message.
    """

    live: LiveStore
    publisher: Publisher
    clock: Clock
    instruments: Instruments
    lost_after_s: float
    commit_path: CommitPath
    held: dict[Lease, LeaseHeld] = field(default_factory=dict)
    """As of the last check, so that the runs are known even if Redis loses everything."""
    wake_up: WakeUp = field(default_factory=WakeUp)

    @classmethod
    def starting(
        cls,
        live: LiveStore,
        publisher: Publisher,
        clock: Clock,
        instruments: Instruments,
        *,
        lease_s: float,
        lost_after_s: float,
    ) -> LeaseWatch:
        now_s = clock.monotonic()
        commit_path = CommitPath(lease_s + lost_after_s, max(lost_after_s, 2 * CHECK_INTERVAL_S), now_s, now_s)
        return cls(live, publisher, clock, instruments, lost_after_s, commit_path)

    async def run(self) -> None:
        """Until `wake_up` is closed."""
        while not self.wake_up.is_closed:
            try:
                await self.check()
            except (StoreUnavailable, BusUnavailable) as error:
                log.warning("leases were not checked, next try in %g s: %s", CHECK_INTERVAL_S, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("leases were not checked, next try in %g s", CHECK_INTERVAL_S)
            await self.wake_up.wait(self.clock, CHECK_INTERVAL_S)

    async def check(self) -> None:
        """Check every tracked lease once; `StoreUnavailable` or `BusUnavailable` interrupts the commit path."""
        try:
            await self.publisher.bus.check()
            ended_by = self._ended_by()
            tracked = await self.live.leases()
            for lease in sorted(tracked | self.held.keys()):
                await self._check(lease, ended_by, is_tracked=lease in tracked)
        except (StoreUnavailable, BusUnavailable):
            self.commit_path.interrupt(self.clock.monotonic())
            raise

    def _ended_by(self) -> datetime:
        """A lease that ended by then is lost; none is after an interruption."""
        if self.commit_path.check(self.clock.monotonic()):
            return self.clock.now() - timedelta(seconds=self.lost_after_s)
        return EPOCH

    async def _check(self, lease: Lease, ended_by: datetime, *, is_tracked: bool) -> None:
        match await self.live.expire_lease(lease, self.clock.now(), ended_by):
            case LeaseHeld(epoch) as held:
                await self._follow(lease, Lease(lease.video_id, epoch), held, is_tracked=is_tracked)
            case LeaseExpired(run_id, position_s):
                await self._publish_lost(lease, run_id, position_s)
            case LeaseEnded():
                await self._forget(lease)
            case RunUnknown():
                await self._check_unknown(lease, ended_by)

    async def _follow(self, lease: Lease, newest: Lease, held: LeaseHeld, *, is_tracked: bool) -> None:
        """Follow the newest lease of the run: the aggregator that granted it may have crashed before it was tracked."""
        if newest != lease or not is_tracked:
            await self.live.track_lease(newest)
        self.held[newest] = held
        if newest != lease:
            await self._forget(lease)

    async def _check_unknown(self, lease: Lease, ended_by: datetime) -> None:
        """Redis has lost the lease. A living worker claims again; a dead one is noticed only here."""
        held = self.held.get(lease)
        if held is None:
            await self._forget(lease)
        elif held.until <= ended_by:
            await self._publish_lost(lease, held.run_id, held.position_s)

    async def _publish_lost(self, lease: Lease, run_id: str, position_s: float) -> None:
        log.warning("run %s of video %s is lost: lease %d expired", run_id, lease.video_id, lease.epoch)
        await self.publisher.publish(
            RunLostV1, video_id=lease.video_id, run_id=run_id, epoch=lease.epoch, position_s=position_s
        )
        self.instruments.leases_expired.inc()
        await self._forget(lease)

    async def _forget(self, lease: Lease) -> None:
        await self.live.untrack_lease(lease)
        self.held.pop(lease, None)

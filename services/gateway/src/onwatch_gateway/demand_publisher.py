"""Publishes the demand of this gateway's viewers."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1
from onwatch_gateway.demand import DemandLedger, Released, Signal, Wanted
from onwatch_gateway.instruments import Instruments
from onwatch_runtime.bus import Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.observe import continued

log = logging.getLogger(__name__)

PUBLISHED_AT_ONCE = 50
"""A broker confirms four times as many as one after the other. The time limit of a signal begins with its turn, so that
a broker that is slower than the demand delays all of it, and does not lose that of the same videos each time."""


class DemandPublisher:
    """One task publishes changes at once; another republishes all demand with each heartbeat.

    A signal that the bus does not take is logged and dropped: the heartbeat and the expiry repair it.
    """

    def __init__(
        self,
        ledger: DemandLedger,
        publisher: Publisher,
        clock: Clock,
        instruments: Instruments,
        *,
        gateway_id: str,
        heartbeat_s: float,
        expiry_s: float,
    ) -> None:
        self._ledger = ledger
        self._publisher = publisher
        self._clock = clock
        self._instruments = instruments
        self._gateway_id = gateway_id
        self._heartbeat_s = heartbeat_s
        self._expiry = timedelta(seconds=expiry_s)
        self._changed = asyncio.Event()
        self._publishing = asyncio.Lock()
        self._turns = asyncio.Semaphore(PUBLISHED_AT_ONCE)

    def wake(self) -> None:
        self._changed.set()

    async def publish_changes(self) -> None:
        """Publish each change, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.flush()

    async def send_heartbeats(self) -> None:
        """Have all demand republished each heartbeat, until cancelled."""
        while True:
            await self._clock.sleep(self._heartbeat_s)
            self._ledger.heartbeat(self._clock.now())
            self.wake()

    async def flush(self) -> None:
        """Return once everything that is due has been published."""
        async with self._publishing:
            signals = self._ledger.take_signals()
            self._instruments.videos_wanted.set(self._ledger.videos_wanted)
            await asyncio.gather(*map(self._publish_in_turn, signals))  # at most one for each video

    async def _publish_in_turn(self, signal: Signal) -> None:
        async with self._turns:
            await self._publish(signal)

    async def _publish(self, signal: Signal) -> None:
        match signal:
            case Wanted(video_id, viewers, requested_at, traceparent, is_repeat):
                if not is_repeat:
                    log.info("video %s is demanded by %d viewers", video_id, viewers)
                with continued(traceparent, sampled=not is_repeat):
                    await self._publisher.announce(
                        DemandWantedV1,
                        video_id=video_id,
                        source_id=self._gateway_id,
                        kind="viewers",
                        viewers=viewers,
                        requested_at=requested_at,
                        expires_at=self._clock.now() + self._expiry,
                    )
            case Released(video_id):
                log.info("video %s is no longer demanded", video_id)
                await self._publisher.announce(DemandReleasedV1, video_id=video_id, source_id=self._gateway_id)

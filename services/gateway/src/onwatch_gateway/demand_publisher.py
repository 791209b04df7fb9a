"""Publishes the demand of this gateway's viewers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1
from onwatch_gateway.demand import DemandLedger, Released, Signal, Wanted
from onwatch_gateway.due_publisher import DuePublisher
from onwatch_gateway.instruments import Instruments
from onwatch_runtime.bus import Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.observe import continued

log = logging.getLogger(__name__)


class DemandPublisher(DuePublisher[Signal]):
    """What the bus does not take is logged, too."""

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
        super().__init__(clock, heartbeat_s)
        self._ledger = ledger
        self._publisher = publisher
        self._instruments = instruments
        self._gateway_id = gateway_id
        self._expiry = timedelta(seconds=expiry_s)

    def _make_all_due(self) -> None:
        self._ledger.heartbeat(self._clock.now())

    def _take_due(self) -> Sequence[Signal]:
        signals = self._ledger.take_signals()
        self._instruments.videos_wanted.set(self._ledger.videos_wanted)
        return signals

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

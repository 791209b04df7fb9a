"""Demand on behalf of analysis requests: an owner that does not leave."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from onwatch_catalog.analysis.requests import StandingAnalysis, decide
from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.videos.store import VideoStore
from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1
from onwatch_runtime.bus import Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.process.loops import WakeUp

log = logging.getLogger(__name__)

SOURCE_ID = "catalog"


@dataclass
class AnalysisDemand:
    """Says what is wanted every heartbeat. One loop says it all, so a release never precedes a wish it ends."""

    store: VideoStore
    publisher: Publisher
    clock: Clock
    parallel: int
    heartbeat_s: float
    expiry_s: float
    wake_up: WakeUp = field(default_factory=WakeUp)
    said: set[str] = field(default_factory=set)
    """Videos last said to be wanted, and not released since."""

    def wake(self) -> None:
        """A request came or ended: say so now."""
        self.wake_up.set()

    async def run(self) -> None:
        """Until the wake_up is closed. Nothing is released then: the next start goes on with the requests."""
        while not self.wake_up.is_closed:
            try:
                await self.beat()
            except StoreUnavailable as error:
                log.warning("analyses are not asked for, next try in %g s: %s", self.heartbeat_s, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("analyses are not asked for, next try in %g s", self.heartbeat_s)
            await self.wake_up.wait(self.clock, self.heartbeat_s)

    async def beat(self) -> None:
        standing = await self.store.standing_analyses(self.parallel)
        demand = decide(standing, self.said, self.parallel)
        for video_id in demand.released:
            if await self.publisher.announce(DemandReleasedV1, video_id=video_id, source_id=SOURCE_ID):
                self.said.discard(video_id)
        for request in demand.wanted:
            self.said.add(request.video_id)
            await self._want(request)

    async def _want(self, request: StandingAnalysis) -> None:
        await self.publisher.announce(
            DemandWantedV1,
            video_id=request.video_id,
            source_id=SOURCE_ID,
            kind="analysis",
            viewers=0,
            requested_at=request.requested_at,
            expires_at=self.clock.now() + timedelta(seconds=self.expiry_s),
        )

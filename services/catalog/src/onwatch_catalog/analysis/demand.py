"""Publishes demand for analyses, as a gateway does for its viewers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from onwatch_catalog.analysis.selection import parallel_of, select
from onwatch_catalog.demand import ANALYSES
from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.records import AnalysisRequest, VideoStore
from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1
from onwatch_runtime.bus import Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

MOST_READ = 1000
"""Requests that are read at a time without a limit."""


@dataclass
class AnalysisDemand:
    """Publishes demand at every heartbeat. One loop publishes it all, so a release never precedes what it ends."""

    store: VideoStore
    publisher: Publisher
    clock: Clock
    limit: int | None
    """None: as many as there is room for."""
    heartbeat_s: float
    expiry_s: float
    leads: Callable[[], bool] = lambda: True
    """Of several processes one publishes. What the one before it had published, and is not wanted any more, expires."""
    room: Callable[[], int] = lambda: 0
    """Slots of detectors that viewers leave."""
    waiting: int = 0
    """Requests that are not published, for want of room."""
    wake_up: WakeUp = field(default_factory=WakeUp)
    published: set[str] = field(default_factory=set)
    """Videos published as wanted and not released since."""

    def wake(self) -> None:
        """Called when a request was made or has ended: publish now."""
        self.wake_up.set()

    async def run(self) -> None:
        """Publish until the wake-up is closed. Nothing is released then: the next start resumes the requests."""
        while not self.wake_up.is_closed:
            try:
                if self.leads():
                    await self.publish()
                else:
                    self.published.clear()
                    self.waiting = 0
            except StoreUnavailable as error:
                log.warning("cannot publish demand for analyses, next try in %g s: %s", self.heartbeat_s, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("cannot publish demand for analyses, next try in %g s", self.heartbeat_s)
            await self.wake_up.wait(self.clock, self.heartbeat_s)

    async def publish(self) -> None:
        pending = await self.store.pending_analyses(self.limit or MOST_READ)
        selection = select(pending, self.published, parallel_of(self.room(), self.limit))
        self.waiting = len(pending) - len(selection.wanted)
        for video_id in selection.released:
            if await self.publisher.announce(DemandReleasedV1, video_id=video_id, source_id=ANALYSES):
                self.published.discard(video_id)
        for request in selection.wanted:
            self.published.add(request.video_id)
            await self._publish_wanted(request)

    async def _publish_wanted(self, request: AnalysisRequest) -> None:
        await self.publisher.announce(
            DemandWantedV1,
            video_id=request.video_id,
            source_id=ANALYSES,
            kind="analysis",
            viewers=0,
            requested_at=request.requested_at,
            expires_at=self.clock.now() + timedelta(seconds=self.expiry_s),
        )

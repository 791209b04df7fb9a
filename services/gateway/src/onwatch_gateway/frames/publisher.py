"""Publishes which frames this gateway's viewers can show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from onwatch_contracts.frame_formats import WantedFrames
from onwatch_contracts.messages import FramesWantedV1
from onwatch_gateway.due_publisher import DuePublisher
from onwatch_gateway.frames.ledger import FrameLedger
from onwatch_runtime.bus import Publisher
from onwatch_runtime.clock import Clock

OfVideo = tuple[str, Sequence[WantedFrames]]


class FramesPublisher(DuePublisher[OfVideo]):
    def __init__(
        self,
        ledger: FrameLedger,
        publisher: Publisher,
        clock: Clock,
        *,
        gateway_id: str,
        heartbeat_s: float,
        expiry_s: float,
    ) -> None:
        super().__init__(clock, heartbeat_s)
        self._ledger = ledger
        self._publisher = publisher
        self._gateway_id = gateway_id
        self._expiry = timedelta(seconds=expiry_s)

    def repeat(self, video_id: str) -> None:
        """A detector has taken the video, and may not know yet what is wanted."""
        self._ledger.repeat(video_id)
        self.wake()

    def _make_all_due(self) -> None:
        self._ledger.repeat()

    def _take_due(self) -> Sequence[OfVideo]:
        return self._ledger.take_due()

    async def _publish(self, signal: OfVideo) -> None:
        video_id, wanted = signal
        await self._publisher.announce(
            FramesWantedV1,
            video_id=video_id,
            source_id=self._gateway_id,
            formats=tuple(wanted),
            expires_at=self._clock.now() + self._expiry,
        )

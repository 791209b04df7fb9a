"""Publishes which frames this gateway's viewers can show."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from onwatch_contracts.frame_formats import WantedFrames
from onwatch_contracts.messages import FramesWantedV1
from onwatch_gateway.frames.ledger import FrameLedger
from onwatch_runtime.bus import Publisher
from onwatch_runtime.clock import Clock


class FramesPublisher:
    """One task publishes what is due at once; another makes all of it due with each heartbeat."""

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
        self._ledger = ledger
        self._publisher = publisher
        self._clock = clock
        self._gateway_id = gateway_id
        self._heartbeat_s = heartbeat_s
        self._expiry = timedelta(seconds=expiry_s)
        self._changed = asyncio.Event()
        self._publishing = asyncio.Lock()

    def wake(self) -> None:
        self._changed.set()

    def repeat(self, video_id: str) -> None:
        """A detector has taken the video, and may not know yet what is wanted."""
        self._ledger.repeat(video_id)
        self.wake()

    async def publish_changes(self) -> None:
        """Publish what is due, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.flush()

    async def send_heartbeats(self) -> None:
        """Have everything republished each heartbeat, until cancelled."""
        while True:
            await self._clock.sleep(self._heartbeat_s)
            self._ledger.repeat()
            self.wake()

    async def flush(self) -> None:
        """Return once everything that is due has been published. What fails is repaired by the heartbeat."""
        async with self._publishing:
            for video_id, wanted in self._ledger.take_due():
                await self._publish(video_id, wanted)

    async def _publish(self, video_id: str, wanted: Sequence[WantedFrames]) -> None:
        await self._publisher.announce(
            FramesWantedV1,
            video_id=video_id,
            source_id=self._gateway_id,
            formats=tuple(wanted),
            expires_at=self._clock.now() + self._expiry,
        )

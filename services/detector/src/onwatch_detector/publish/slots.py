"""Tells how many runs this worker may hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from onwatch_contracts.messages import DetectorSlotsV1
from onwatch_runtime.bus import Publisher
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

HEARTBEAT_S = 2.0
EXPIRY_S = 6.0  # three heartbeats: two may be lost


@dataclass
class SlotsAnnouncer:
    publisher: Publisher
    clock: Clock
    worker_id: str
    """In the form of the id of a video."""
    slots: int
    wake_up: WakeUp = field(default_factory=WakeUp)

    async def run(self) -> None:
        """At every heartbeat until the wake-up is closed, and then that there are none."""
        while not self.wake_up.is_closed:
            await self._announce(self.slots)
            await self.wake_up.wait(self.clock, HEARTBEAT_S)
        await self._announce(0)

    async def _announce(self, slots: int) -> None:
        expires_at = self.clock.now() + timedelta(seconds=EXPIRY_S)
        await self.publisher.announce(DetectorSlotsV1, video_id=self.worker_id, slots=slots, expires_at=expires_at)

"""The demand of all gateways and of the catalog itself, and the slots of all detectors, as they publish them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from onwatch_catalog.demand.ledger import DemandLedger
from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1, DetectorSlotsV1
from onwatch_runtime.clock import Clock

ANALYSES = "catalog"
"""The source of demand for analyses."""


@dataclass
class SystemDemand:
    """In memory: after a start of the catalog it is complete again with the next heartbeat."""

    clock: Clock
    on_room: Callable[[], None] = lambda: None
    """Called when the slots that viewers leave have become more or fewer."""
    _room: int = 0
    _ledger: DemandLedger = field(default_factory=DemandLedger)

    async def on_demand(self, message: DemandWantedV1 | DemandReleasedV1) -> None:
        now_s = self.clock.monotonic()
        match message:
            case DemandWantedV1():
                # A lifetime needs no synchronised clocks.
                lifetime_s = (message.expires_at - message.occurred_at).total_seconds()
                self._ledger.wanted(message.video_id, message.source_id, lifetime_s=lifetime_s, now_s=now_s)
            case DemandReleasedV1():
                self._ledger.released(message.video_id, message.source_id, now_s)
        self._notice_room()

    async def on_slots(self, message: DetectorSlotsV1) -> None:
        lifetime_s = (message.expires_at - message.occurred_at).total_seconds()
        self._ledger.slots_of(message.video_id, message.slots, lifetime_s=lifetime_s, now_s=self.clock.monotonic())
        self._notice_room()

    def room(self) -> int:
        """Slots of all detectors that no video takes which viewers demand; negative: viewers wait."""
        now_s = self.clock.monotonic()
        return self._ledger.slots(now_s) - self._ledger.videos_besides(ANALYSES, now_s)

    def _notice_room(self) -> None:
        if (room := self.room()) != self._room:
            self._room = room
            self.on_room()

    def videos(self) -> int:
        """How many are demanded now."""
        return self._ledger.videos(self.clock.monotonic())

    def peak(self) -> int:
        """The most that were demanded at one time within the last `PEAK_WINDOW_S`."""
        return self._ledger.peak(self.clock.monotonic())

"""The demand of all gateways and of the catalog itself, as they publish it."""

from __future__ import annotations

from dataclasses import dataclass, field

from onwatch_catalog.demand.ledger import DemandLedger
from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1
from onwatch_runtime.clock import Clock


@dataclass(frozen=True)
class SystemDemand:
    """In memory: after a start of the catalog it is complete again with the next heartbeat."""

    clock: Clock
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

    def videos(self) -> int:
        """How many are demanded now."""
        return self._ledger.videos(self.clock.monotonic())

    def peak(self) -> int:
        """The most that were demanded at one time within the last `PEAK_WINDOW_S`."""
        return self._ledger.peak(self.clock.monotonic())

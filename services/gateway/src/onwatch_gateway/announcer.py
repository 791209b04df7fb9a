"""Says on the bus what this gateway's viewers want."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1
from onwatch_gateway.demand import DemandBook, Released, Signal, Wanted
from onwatch_gateway.instruments import Instruments
from onwatch_runtime.bus import Publisher
from onwatch_runtime.clock import Clock


class Announcer:
    """One task says what changed, at once; the other has everything said again each heartbeat.

    A signal that the bus does not take is logged and not kept: the heartbeat and the expiry repair it.
    """

    def __init__(
        self,
        book: DemandBook,
        publisher: Publisher,
        clock: Clock,
        instruments: Instruments,
        *,
        gateway_id: str,
        heartbeat_s: float,
        expiry_s: float,
    ) -> None:
        self._book = book
        self._publisher = publisher
        self._clock = clock
        self._instruments = instruments
        self._gateway_id = gateway_id
        self._heartbeat_s = heartbeat_s
        self._expiry = timedelta(seconds=expiry_s)
        self._changed = asyncio.Event()
        self._saying = asyncio.Lock()

    def wake(self) -> None:
        self._changed.set()

    async def announce(self) -> None:
        """Until cancelled: say what changed."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.flush()

    async def beat(self) -> None:
        """Until cancelled: each heartbeat, have everything that is wanted said again."""
        while True:
            await self._clock.sleep(self._heartbeat_s)
            self._book.beat(self._clock.now())
            self.wake()

    async def flush(self) -> None:
        """Return once everything that is due has been said."""
        async with self._saying:
            signals = self._book.take_signals()
            self._instruments.videos_wanted.set(self._book.videos_wanted)
            for signal in signals:
                await self._say(signal)

    async def _say(self, signal: Signal) -> None:
        match signal:
            case Wanted(video_id, viewers, requested_at):
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
                await self._publisher.announce(DemandReleasedV1, video_id=video_id, source_id=self._gateway_id)

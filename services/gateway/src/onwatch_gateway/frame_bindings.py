"""Binds the frame queue to the frames that viewers of this gateway want."""

from __future__ import annotations

import asyncio
import logging

from onwatch_gateway.frames import FrameLedger
from onwatch_runtime.bus import BusUnavailable, FrameConsumer
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

RETRY_S = 1.0


class FrameBindings:
    """Reconciles the bindings with the subscriptions, one address of frames after the other.

    It follows the state, not the events that led there: a video ends bound if and only if it has subscribers.
    Without a binding, the broker drops the video's frames at the exchange.
    """

    def __init__(self, ledger: FrameLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._bound: set[str] = set()
        self._changed = asyncio.Event()

    def wake(self) -> None:
        self._changed.set()

    async def follow(self, consumer: FrameConsumer) -> None:
        """Bind and unbind as viewers come and go, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._reconcile(consumer)
            except BusUnavailable as error:
                log.warning("frame bindings were not changed, retry in %.0f s: %s", RETRY_S, error)
                await self._clock.sleep(RETRY_S)
                self._changed.set()

    async def _reconcile(self, consumer: FrameConsumer) -> None:
        wanted = self._ledger.keys()
        for key in sorted(wanted - self._bound):
            await consumer.bind(key)
            self._bound.add(key)
        for key in sorted(self._bound - wanted):
            await consumer.unbind(key)
            self._bound.discard(key)

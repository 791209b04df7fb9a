"""Keeps the frame queue bound to exactly the videos that somebody here listens to."""

from __future__ import annotations

import asyncio
import logging

from onwatch_gateway.demand import DemandBook
from onwatch_runtime.bus import BusUnavailable, FrameConsumer
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

RETRY_S = 1.0


class FrameBindings:
    """Compares what is bound with what should be, one video after the other.

    It follows the state, not the clicks: whatever came in between, a video ends bound if and only if it has
    subscribers, and with no binding the broker drops its frames at the exchange.
    """

    def __init__(self, book: DemandBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._bound: set[str] = set()
        self._changed = asyncio.Event()

    def wake(self) -> None:
        self._changed.set()

    async def follow(self, consumer: FrameConsumer) -> None:
        """Until cancelled: bind and unbind as viewers come and go."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._reconcile(consumer)
            except BusUnavailable as error:
                log.warning("frames could not be bound, next try in %.0f s: %s", RETRY_S, error)
                await self._clock.sleep(RETRY_S)
                self._changed.set()

    async def _reconcile(self, consumer: FrameConsumer) -> None:
        wanted = self._book.listened_to()
        for video_id in sorted(wanted - self._bound):
            await consumer.bind(video_id)
            self._bound.add(video_id)
        for video_id in sorted(self._bound - wanted):
            await consumer.unbind(video_id)
            self._bound.discard(video_id)

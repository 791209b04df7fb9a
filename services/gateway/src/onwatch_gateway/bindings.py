"""Binds queues to the videos that have subscribers at this gateway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from onwatch_runtime.bus import BusUnavailable, Consumer, FrameConsumer
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

RETRY_S = 1.0


class Bindings:
    """Reconciles the bindings with the subscriptions, one video after the other.

    It follows the state, not the events that led there: a video ends bound if and only if it has subscribers.
    Without a binding, the broker drops what is published about a video at the exchange.
    """

    def __init__(self, wanted: Callable[[], frozenset[str]], clock: Clock) -> None:
        """`wanted`: the videos to be bound to, now."""
        self._wanted = wanted
        self._clock = clock
        self._bound: set[str] = set()
        self._changed = asyncio.Event()

    def wake(self) -> None:
        self._changed.set()

    async def follow(self, consumer: FrameConsumer | Consumer) -> None:
        """Bind and unbind as viewers come and go, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._reconcile(consumer)
            except BusUnavailable as error:
                log.warning("bindings were not changed, retry in %.0f s: %s", RETRY_S, error)
                await self._clock.sleep(RETRY_S)
                self._changed.set()

    async def _reconcile(self, consumer: FrameConsumer | Consumer) -> None:
        wanted = self._wanted()
        for video_id in sorted(wanted - self._bound):
            await consumer.bind(video_id)
            self._bound.add(video_id)
        for video_id in sorted(self._bound - wanted):
            await consumer.unbind(video_id)
            self._bound.discard(video_id)

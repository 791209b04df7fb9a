"""Binds queues to what viewers of this gateway want."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from onwatch_runtime.bus import BusUnavailable, Consumer, FrameConsumer
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

RETRY_S = 1.0


class Bindings:
    """Reconciles the bindings of a queue with the subscriptions, one key after the other.

    A key is a video, or a format of its frames.
    It follows the state, not the events that led there: a key ends bound if and only if somebody wants it.
    Without a binding, the broker drops what is published with the key at the exchange.
    """

    def __init__(self, wanted: Callable[[], frozenset[str]], clock: Clock) -> None:
        """`wanted`: the keys to be bound to, now."""
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
        for key in sorted(wanted - self._bound):
            await consumer.bind(key)
            self._bound.add(key)
        for key in sorted(self._bound - wanted):
            await consumer.unbind(key)
            self._bound.discard(key)

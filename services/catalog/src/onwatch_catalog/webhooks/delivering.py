"""The loop that sends what is due."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.webhooks.records import ClaimedDelivery, Outcome, next_attempt_at
from onwatch_catalog.webhooks.sender import Sender
from onwatch_catalog.webhooks.store import WebhookStore
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp
from onwatch_runtime.waiting import done_within

log = logging.getLogger(__name__)

PARALLEL = 8
ATTEMPT_S = 10.0
CLAIM = timedelta(minutes=1)  # an attempt, and what a busy database takes to note how it ended
POLL_S = 5.0
KEPT = timedelta(days=30)
SWEEP_S = 3600.0
FINISH_S = 2.0  # for attempts in progress when the service stops


@dataclass
class Delivering:
    """Sends due deliveries: several at a time, but one at a time to each webhook."""

    store: WebhookStore
    sender: Sender
    clock: Clock
    instruments: Instruments
    wake_up: WakeUp = field(default_factory=WakeUp)
    _attempts: set[asyncio.Task[None]] = field(default_factory=set)
    _requests: set[asyncio.Task[Outcome]] = field(default_factory=set)
    _swept_at: float | None = None

    def wake(self) -> None:
        """Called when something is due."""
        self.wake_up.set()

    async def run(self) -> None:
        """Deliver until the wake-up is closed; requests that take too long then are made again by the next start."""
        while not self.wake_up.is_closed:
            try:
                await self._begin_due()
                await self._sweep()
            except StoreUnavailable as error:
                log.warning("webhooks are delivered later: %s", error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("webhooks are delivered later")
            await self.wake_up.wait(self.clock, POLL_S)
        await self._end()

    async def _begin_due(self) -> None:
        free = PARALLEL - len(self._attempts)
        if free <= 0:
            return
        now = self.clock.now()
        for claimed in await self.store.claim(now, now + CLAIM, free):
            attempt = asyncio.create_task(self._attempt(claimed), name=f"delivery {claimed.id}")
            self._attempts.add(attempt)
            attempt.add_done_callback(self._ended)

    def _ended(self, attempt: asyncio.Task[None]) -> None:
        self._attempts.discard(attempt)
        self.wake_up.set()  # the next one of its webhook may be due

    async def _attempt(self, claimed: ClaimedDelivery) -> None:
        try:
            outcome = await self._outcome(claimed)
            if outcome is None:
                await self.store.release(claimed)
                return
            now = self.clock.now()
            again_at = None if outcome.problem is None else next_attempt_at(now, claimed.attempts_count)
            await self.store.finish(claimed, outcome, again_at)
        except StoreUnavailable as error:
            log.warning("the delivery %s is repeated, because how it ended cannot be noted: %s", claimed.id, error)
            return
        except Exception:  # it is tried again when its claim has ended
            log.exception("the delivery %s could not be made", claimed.id)
            return
        name = "delivered" if outcome.problem is None else "failed" if again_at is None else "retried"
        self.instruments.webhook_attempts.labels(name).inc()

    async def _outcome(self, claimed: ClaimedDelivery) -> Outcome | None:
        """None: the service stops."""
        request = asyncio.create_task(self.sender.send(claimed), name=f"request of delivery {claimed.id}")
        self._requests.add(request)
        request.add_done_callback(self._requests.discard)
        if not await done_within(request, ATTEMPT_S, self.clock):
            request.cancel()
            await asyncio.wait([request])
        if not request.cancelled():
            return request.result()
        return None if self.wake_up.is_closed else Outcome(None, f"There was no answer within {ATTEMPT_S:g} s")

    async def _sweep(self) -> None:
        now = self.clock.monotonic()
        if self._swept_at is None or now - self._swept_at >= SWEEP_S:
            await self.store.remove_older(self.clock.now() - KEPT)
            self._swept_at = now

    async def _end(self) -> None:
        if self._attempts:
            await asyncio.wait(self._attempts, timeout=FINISH_S)
        for request in self._requests:
            request.cancel()
        if self._attempts:
            await asyncio.wait(self._attempts)

"""Publishes the messages of the outbox, at least once and in order."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from onwatch_catalog.errors import StoreUnavailable
from onwatch_runtime.bus import Bus, BusUnavailable, decode
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

BATCH = 100  # entries read at a time


@dataclass(frozen=True)
class OutboxEntry:
    """An encoded message, written when its change was made. Published again, it has the same message id."""

    id: int
    routing_key: str
    body: bytes


class Outbox(Protocol):
    """Unsent messages in order. `StoreUnavailable` when the database cannot be reached."""

    async def unsent(self, limit: int) -> Sequence[OutboxEntry]: ...

    async def mark_sent(self, entry_id: int) -> None: ...


@dataclass(frozen=True)
class OutboxRelay:
    """Moves messages from the outbox to the bus one by one; each is removed once the bus has confirmed it."""

    outbox: Outbox
    bus: Bus
    clock: Clock
    poll_s: float
    retry_s: float
    wake_up: WakeUp = field(default_factory=WakeUp)

    def wake(self) -> None:
        """Called when a message was added."""
        self.wake_up.set()

    async def run(self) -> None:
        """Relay until the wake-up is closed. A message that the bus refuses blocks later ones, to keep the order."""
        while not self.wake_up.is_closed:
            wait_s = self.retry_s
            try:
                await self.send_all()
                wait_s = self.poll_s
            except (BusUnavailable, StoreUnavailable) as error:
                log.warning("cannot relay the outbox, next try in %g s: %s", self.retry_s, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("cannot relay the outbox, next try in %g s", self.retry_s)
            await self.wake_up.wait(self.clock, wait_s)

    async def send_all(self) -> None:
        while entries := await self.outbox.unsent(BATCH):
            for entry in entries:
                await self.bus.publish(decode(entry.routing_key, entry.body))
                await self.outbox.mark_sent(entry.id)

"""Messages written together with what they tell of, and published after: none is lost, some are sent twice."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from onwatch_catalog.errors import StoreUnavailable
from onwatch_runtime.bus import Bus, BusUnavailable, decode
from onwatch_runtime.clock import Clock
from onwatch_runtime.process.loops import WakeUp

log = logging.getLogger(__name__)

BATCH = 100  # read at a time


@dataclass(frozen=True)
class OutboxEntry:
    """A message as it was when its change was made; sent again, it has the same message id."""

    id: int
    routing_key: str
    body: bytes


class Outbox(Protocol):
    """What is to be published, in order. `StoreUnavailable` when it is not reached."""

    async def unsent(self, limit: int) -> Sequence[OutboxEntry]: ...

    async def sent(self, entry_id: int) -> None: ...


@dataclass(frozen=True)
class OutboxRelay:
    """Moves messages from the outbox to the bus, one by one, each removed once the bus has it."""

    outbox: Outbox
    bus: Bus
    clock: Clock
    poll_s: float
    retry_s: float
    wake_up: WakeUp = field(default_factory=WakeUp)

    def wake(self) -> None:
        """There is something to send."""
        self.wake_up.set()

    async def run(self) -> None:
        """Until the wake_up is closed. A message that the bus does not take holds up those behind it: order is kept."""
        while not self.wake_up.is_closed:
            wait_s = self.retry_s
            try:
                await self.send_all()
                wait_s = self.poll_s
            except (BusUnavailable, StoreUnavailable) as error:
                log.warning("messages wait in the outbox, next try in %g s: %s", self.retry_s, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("messages wait in the outbox, next try in %g s", self.retry_s)
            await self.wake_up.wait(self.clock, wait_s)

    async def send_all(self) -> None:
        while entries := await self.outbox.unsent(BATCH):
            for entry in entries:
                await self.bus.publish(decode(entry.routing_key, entry.body))
                await self.outbox.sent(entry.id)

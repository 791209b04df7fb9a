"""Publishes the messages of the outbox, at least once and in order."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from onwatch_catalog.errors import StoreUnavailable
from onwatch_runtime.bus import Bus, BusUnavailable, decode
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OutboxEntry:
    """An encoded message, written when its change was made. Published again, it has the same message id."""

    id: int
    routing_key: str
    body: bytes


class Outbox(Protocol):
    """Unsent messages in order. `StoreUnavailable` when the database cannot be reached."""

    def sending(self) -> AbstractAsyncContextManager[Sequence[OutboxEntry] | None]:
        """The oldest message, if there is one, which is removed at the end of the context unless that fails.

        None: another process has the right to send, which one has at a time, and another one when that has died.
        """
        ...

    async def unsent(self, limit: int) -> Sequence[OutboxEntry]: ...


@dataclass
class OutboxRelay:
    """Moves messages from the outbox to the bus one by one; each is removed once the bus has confirmed it."""

    outbox: Outbox
    bus: Bus
    clock: Clock
    poll_s: float
    retry_s: float
    wake_up: WakeUp = field(default_factory=WakeUp)
    blocked_since_s: float | None = None
    """When the first of the tries failed that have failed since the last one that did not."""

    def wake(self) -> None:
        """Called when a message was added."""
        self.wake_up.set()

    def blocked_s(self) -> float:
        """For how long no message could be published."""
        return 0.0 if self.blocked_since_s is None else self.clock.monotonic() - self.blocked_since_s

    async def run(self) -> None:
        """Relay until the wake-up is closed. A message that the bus refuses blocks later ones, to keep the order."""
        while not self.wake_up.is_closed:
            await self.wake_up.wait(self.clock, self.poll_s if await self._send_all() else self.retry_s)

    async def _send_all(self) -> bool:
        """Whether all messages were published."""
        try:
            await self.send_all()
        except (BusUnavailable, StoreUnavailable) as error:
            log.warning("cannot relay the outbox, next try in %g s: %s", self.retry_s, error)
        except Exception:  # this loop owns its failures: it must not end before the service does
            log.exception("cannot relay the outbox, next try in %g s", self.retry_s)
        else:
            self.blocked_since_s = None
            return True
        if self.blocked_since_s is None:
            self.blocked_since_s = self.clock.monotonic()
        return False

    async def send_all(self) -> None:
        """Send what there is, unless another process does: that one looks again when it has given up the right."""
        while await self.outbox.unsent(1):
            async with self.outbox.sending() as entries:
                if entries is None:
                    return
                for entry in entries:
                    await self.bus.publish(decode(entry.routing_key, entry.body))

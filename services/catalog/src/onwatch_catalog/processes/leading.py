"""Work of which there must be one in the whole system: the leader does it, as long as it leads."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

RETRY_S = 5.0


@dataclass
class WhileLeading:
    """Opens a context when this process begins to lead, and closes it when it ceases to."""

    leads: Callable[[], bool]
    context: Callable[[], AbstractAsyncContextManager[None]]
    clock: Clock
    wake_up: WakeUp = field(default_factory=WakeUp)

    async def run(self) -> None:
        """Until the wake-up is closed, which is set whenever it may have changed who leads."""
        while not self.wake_up.is_closed:
            if self.leads():
                try:
                    await self._lead()
                except Exception:  # this loop owns its failures: it must not end before the service does
                    log.exception("what the leader does has failed, next try in %g s", RETRY_S)
            await self.wake_up.wait(self.clock, RETRY_S)

    async def _lead(self) -> None:
        async with self.context():
            while self.leads() and not self.wake_up.is_closed:
                await self.wake_up.wait(self.clock, RETRY_S)

"""Looking after what was cut short: the way of runs to SQL, and deletions."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.runs.deletion import Deleting
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.clock import Clock
from onwatch_runtime.process.loops import WakeUp

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sweep:
    """Has what is overdue announced again, and deletions done once more, as long as the service lives."""

    finishing: Finishing
    deleting: Deleting
    clock: Clock
    interval_s: float
    wake_up: WakeUp = field(default_factory=WakeUp)

    async def run(self) -> None:
        """Until the wake_up is closed."""
        while not self.wake_up.is_closed:
            try:
                await self.deleting.repeat(self.interval_s)
                await self.finishing.announce_overdue(self.clock, self.interval_s)
            except (StoreUnavailable, BusUnavailable) as error:
                log.warning("what was cut short was not looked after, next try in %g s: %s", self.interval_s, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("what was cut short was not looked after, next try in %g s", self.interval_s)
            await self.wake_up.wait(self.clock, self.interval_s)

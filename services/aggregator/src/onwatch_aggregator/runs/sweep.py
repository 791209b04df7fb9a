"""Periodically repeats what a crash may have cut short (saves of final runs, deletions), and removes old logs."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.runs.deletion import Deletion
from onwatch_aggregator.runs.finishing import Finishing
from onwatch_aggregator.runs.retention import LogRetention
from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.clock import Clock
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sweep:
    """Republishes overdue final runs, repeats deletions and removes old logs, as long as the service runs."""

    finishing: Finishing
    deletion: Deletion
    retention: LogRetention
    clock: Clock
    interval_s: float
    wake_up: WakeUp = field(default_factory=WakeUp)

    async def run(self) -> None:
        """Until `wake_up` is closed."""
        while not self.wake_up.is_closed:
            try:
                await self.deletion.repeat(self.interval_s)
                await self.finishing.announce_overdue(self.clock, self.interval_s)
                await self.retention.apply_when_due()
            except (StoreUnavailable, BusUnavailable) as error:
                log.warning("the sweep was not completed, next try in %g s: %s", self.interval_s, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("the sweep was not completed, next try in %g s", self.interval_s)
            await self.wake_up.wait(self.clock, self.interval_s)

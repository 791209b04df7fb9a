"""Removes logs of detections that are older than the settings keep them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from onwatch_aggregator.results import ResultsStore
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

INTERVAL_S = 3600.0


@dataclass
class LogRetention:
    """Applied every hour at most. The results of a run stay; they cannot be counted again without its log."""

    results: ResultsStore
    clock: Clock
    retention_s: float
    """From the end of the run; 0: a log is kept as long as its video."""
    _due_s: float = field(default=0.0, init=False)

    async def apply_when_due(self) -> None:
        if self.retention_s == 0 or self.clock.monotonic() < self._due_s:
            return
        if removed := await self.results.delete_logs_before(self.clock.now() - timedelta(seconds=self.retention_s)):
            log.info("%d chunks of logs older than %g s are removed", removed, self.retention_s)
        self._due_s = self.clock.monotonic() + INTERVAL_S

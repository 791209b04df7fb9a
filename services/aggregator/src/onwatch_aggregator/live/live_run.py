"""A run as it is in Redis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from onwatch_aggregator.counting import RunRecord


class RunState(StrEnum):
    """How far a run is on its way from Redis to SQL."""

    ACTIVE = "active"
    FINAL = "final"
    """Its final batch is committed; its rows are not known to be in SQL yet."""
    PERSISTED = "persisted"


@dataclass(frozen=True)
class LiveRun:
    """The newest run of a video, with its lease."""

    record: RunRecord
    state: RunState
    epoch: int
    batch_no: int
    """The newest committed batch; 0 before the first."""
    lease_until: datetime
    """In the past once the worker has released the run, or its lease has expired."""

"""A run as the aggregator knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from onwatch_aggregator.results.totals import Tally, coverage
from onwatch_contracts.http import Run
from onwatch_contracts.values import Coverage, RunSettings


class RunState(StrEnum):
    """Where a run is on its way from Redis to SQL."""

    ACTIVE = "active"
    FINAL = "final"
    """Its final batch is committed; its rows are not known to be in SQL yet."""
    PERSISTED = "persisted"


@dataclass(frozen=True)
class RunRecord:
    """What a run has found: so far in Redis, at its end in SQL. The same in both, bit for bit."""

    video_id: str
    run_id: str
    settings: RunSettings
    started_at: datetime
    finished_at: datetime | None
    """In Redis, when its final batch was committed; in SQL, when it got there."""
    analysed_s: float
    tally: Tally

    @property
    def coverage(self) -> Coverage:
        return coverage(self.analysed_s, self.settings.duration_s)


@dataclass(frozen=True)
class LiveRun:
    """A run in Redis."""

    record: RunRecord
    state: RunState
    epoch: int
    batch_no: int
    """The newest committed batch; 0 before the first."""
    lease_until: datetime
    """Until then it is a worker's; in the past once the worker has let it go."""


def finished_run(record: RunRecord) -> Run:
    """The public form of a run that is in SQL."""
    return Run(
        **dict(record.tally.totals),
        run_id=record.run_id,
        video_id=record.video_id,
        started_at=record.started_at,
        finished_at=finished_at(record),
        coverage=record.coverage,
        analysed_fps=record.settings.effective_fps,
        settings=record.settings,
    )


def finished_at(record: RunRecord) -> datetime:
    """When a finished run finished; `ValueError` for one that has not."""
    if record.finished_at is None:
        raise ValueError(f"run {record.run_id} of video {record.video_id} has not finished")
    return record.finished_at

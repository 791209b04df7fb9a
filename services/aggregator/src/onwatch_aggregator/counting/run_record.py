"""The record of a run: its settings, times and totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from onwatch_aggregator.counting.totals import RunTotals, coverage
from onwatch_contracts.http import Run
from onwatch_contracts.values import Coverage, RunSettings


@dataclass(frozen=True)
class RunRecord:
    """What a run has found: in Redis up to its last commit, in SQL at its end. The same in both, bit for bit."""

    video_id: str
    run_id: str
    settings: RunSettings
    started_at: datetime
    finished_at: datetime | None
    """In Redis, when its final batch was committed; in SQL, when it was saved."""
    analysed_s: float
    totals: RunTotals

    @property
    def coverage(self) -> Coverage:
        return coverage(self.analysed_s, self.settings.duration_s)


def finished_run(record: RunRecord) -> Run:
    """The public form of a run that is in SQL."""
    return Run(
        **dict(record.totals.to_contract()),
        run_id=record.run_id,
        video_id=record.video_id,
        started_at=record.started_at,
        finished_at=finished_at(record),
        coverage=record.coverage,
        analysed_fps=record.settings.effective_fps,
        settings=record.settings,
    )


def finished_at(record: RunRecord) -> datetime:
    """When the run finished; `ValueError` if it has not."""
    if record.finished_at is None:
        raise ValueError(f"run {record.run_id} of video {record.video_id} has not finished")
    return record.finished_at

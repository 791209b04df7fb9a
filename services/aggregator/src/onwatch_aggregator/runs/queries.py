"""Answers queries about a video: from Redis until its run is in SQL, then from SQL, with the same shape and totals."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_aggregator.counting import RunRecord, finished_run
from onwatch_aggregator.live import LiveRun, LiveStore, RunState
from onwatch_aggregator.results import ResultsStore, run_of
from onwatch_contracts.http import Run, RunList, VehicleList, VideoMetrics
from onwatch_contracts.values import Coverage, Totals
from onwatch_runtime.clock import Clock


@dataclass(frozen=True)
class Queries:
    """Queries about one video. `finished` means: in SQL."""

    live: LiveStore
    results: ResultsStore
    clock: Clock

    async def metrics(self, video_id: str) -> VideoMetrics:
        """The totals of the newest run; zeros with source `none` if there is no run."""
        live = await self.live.run(video_id)
        if live is not None and await self._is_running(live):
            return _running_metrics(live.record)
        stored = await self.results.newest(video_id)
        return _no_metrics(video_id) if stored is None else _finished_metrics(finished_run(stored))

    async def vehicles(self, video_id: str, run_id: str | None) -> VehicleList:
        """The rows of a run, the newest by default. `RunNotFound` if the video has no run of that id."""
        found = await self.live.run_with_vehicles(video_id)
        if found is not None and run_id in (None, found[0].record.run_id) and await self._is_running(found[0]):
            return VehicleList(video_id=video_id, run_id=found[0].record.run_id, source="redis", items=found[1])
        stored = await self._stored_run(video_id, run_id)
        if stored is None:
            return VehicleList(video_id=video_id, run_id=None, source="none", items=())
        rows = await self.results.vehicles(stored.run_id)
        return VehicleList(video_id=video_id, run_id=stored.run_id, source="sql", items=rows)

    async def _is_running(self, live: LiveRun) -> bool:
        """A run counts as running until it is in SQL, so that `finished` is never answered too early.

        SQL is queried about a run that no worker holds, because Redis may have lost its end. A run that is held can be
        watched while the database is unavailable.
        """
        if live.state is RunState.PERSISTED:
            return False
        if live.state is RunState.ACTIVE and live.lease_until > self.clock.now():
            return True
        return await self.results.run(live.record.run_id) is None

    async def _stored_run(self, video_id: str, run_id: str | None) -> RunRecord | None:
        return await self.results.newest(video_id) if run_id is None else await run_of(self.results, video_id, run_id)

    async def runs(self, video_id: str, limit: int) -> RunList:
        """The finished runs, newest first."""
        return RunList(items=tuple(finished_run(record) for record in await self.results.runs(video_id, limit)))


def _running_metrics(record: RunRecord) -> VideoMetrics:
    return VideoMetrics(
        **dict(record.totals.to_contract()),
        video_id=record.video_id,
        run_id=record.run_id,
        source="redis",
        state="running",
        coverage=record.coverage,
        analysed_fps=record.settings.effective_fps,
        detector_model=record.settings.detector_model,
        suggested_engine=record.settings.suggested_engine,
        started_at=record.started_at,
        finished_at=None,
    )


def _finished_metrics(run: Run) -> VideoMetrics:
    return VideoMetrics(
        **{name: getattr(run, name) for name in Totals.model_fields},
        video_id=run.video_id,
        run_id=run.run_id,
        source="sql",
        state="finished",
        coverage=run.coverage,
        analysed_fps=run.analysed_fps,
        detector_model=run.settings.detector_model,
        suggested_engine=run.settings.suggested_engine,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


def _no_metrics(video_id: str) -> VideoMetrics:
    return VideoMetrics(
        video_id=video_id,
        run_id=None,
        source="none",
        state="none",
        coverage=Coverage(),
        analysed_fps=None,
        detector_model=None,
        suggested_engine=None,
        started_at=None,
        finished_at=None,
    )

"""Finds the alerts of runs: while they are under way from the log in Redis, at their end from the log in SQL."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from onwatch_aggregator.alerts.records import StoredPlan, StoredRule
from onwatch_aggregator.alerts.replaying import Replayer, WholeRun
from onwatch_aggregator.alerts.store import AlertStore
from onwatch_aggregator.counting import RunRecord
from onwatch_aggregator.live import LiveStore, RunGone, RunState
from onwatch_aggregator.recounts import RecountImpossible, RecountStore, site_of_run
from onwatch_aggregator.results import ResultsStore
from onwatch_contracts.site import Site
from onwatch_counting.alerts import AlertChange, AlertPlan, AlertWatch, WatchStateError, has_place, planned, updated
from onwatch_counting.log import unpack
from onwatch_counting.tables import ObservedSpans
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)


class PlanTaken(Exception):
    """Another aggregator changed the plan at the same time; it finds the alerts of this moment."""


@dataclass(frozen=True)
class Progress:
    """How far a run is evaluated. It may be lost: then its log is counted from the beginning."""

    watch: AlertWatch
    chunks_count: int = 0
    """Of the log in Redis."""


@dataclass(frozen=True)
class Evaluation:
    """Everything may be repeated: what is found again is the same, down to its id."""

    live: LiveStore
    results: ResultsStore
    recounts: RecountStore
    store: AlertStore
    replayer: Replayer
    clock: Clock

    async def go_on(self, video_id: str) -> None:
        """Find the alerts of the run under way, up to what is committed. A run that is in SQL is left to `finish`."""
        run = await self.live.run(video_id)
        if run is None or run.state is RunState.PERSISTED:
            return
        stored = await self._plan(run.record)
        if stored is not None and not stored.is_finished:
            try:
                await self._go_on(stored, run.record)
            except RunGone as error:
                log.info("alerts of video %s: %s", video_id, error)

    async def finish(self, video_id: str, run_id: str) -> None:
        """Find the remaining alerts of a run that is in SQL, and clear those that are not over."""
        record = await self.results.run(run_id)
        if record is None or await self.results.is_deleted(video_id):
            return
        stored = await self._plan(record)
        if stored is None or stored.is_finished:
            return
        if stored.plan.rules:
            await self.store.book(stored, await self._last_changes(stored, record), self.clock.now())
        await self._put(replace(stored, is_finished=True))

    async def _go_on(self, stored: StoredPlan, record: RunRecord) -> None:
        progress = await self._progress(stored, record)
        while chunks := await self.live.log(record.video_id, record.run_id, progress.chunks_count):
            changes = await asyncio.to_thread(_observed, progress.watch, chunks)
            progress = replace(progress, chunks_count=progress.chunks_count + len(chunks))
            await self._keep(stored, progress, changes)
        # Rules that have ended here, though no further picture may come: the run may be paused.
        await self._keep(stored, progress, progress.watch.retire(record.analysed_s))

    async def _keep(self, stored: StoredPlan, progress: Progress, changes: Sequence[AlertChange]) -> None:
        """First what was found: a crash between both only finds it again."""
        await self.store.book(stored, changes, self.clock.now())
        state = {"run_id": stored.run_id, "chunks": progress.chunks_count, "watch": progress.watch.to_json()}
        await self.live.put_alert_state(stored.video_id, json.dumps(state))

    async def _progress(self, stored: StoredPlan, record: RunRecord) -> Progress:
        max_gap_s = _max_gap_s(record)
        known = await self.live.alert_state(stored.video_id)
        if known is not None and (state := json.loads(known))["run_id"] == stored.run_id:
            try:
                return Progress(AlertWatch.from_json(state["watch"], stored.plan, max_gap_s), state["chunks"])
            except WatchStateError as error:
                log.info("alerts of run %s are found from its beginning: %s", stored.run_id, error)
        return Progress(AlertWatch(stored.plan, max_gap_s))

    # --- the end of a run ------------------------------------------------------------------------

    async def _last_changes(self, stored: StoredPlan, record: RunRecord) -> Sequence[AlertChange]:
        progress = await self._progress(stored, record)
        if progress.watch.timestamp_s is None:
            return await self._all_changes(stored, record)
        changes: list[AlertChange] = []
        async for chunk in self.recounts.log(record.run_id):
            changes += await asyncio.to_thread(_observed, progress.watch, [chunk])
        return [*changes, *progress.watch.finish(record.analysed_s)]

    async def _all_changes(self, stored: StoredPlan, record: RunRecord) -> Sequence[AlertChange]:
        run = WholeRun(stored.plan, record.analysed_s, 1 / record.settings.effective_fps)
        try:
            return await self.replayer.changes(run, self.recounts.log(record.run_id))
        except RecountImpossible as error:
            log.warning("no alerts are found in run %s of video %s: %s", record.run_id, record.video_id, error)
            return ()

    async def has_log(self, run_id: str) -> bool:
        """Whether the log of a finished run is kept."""
        async for _ in self.recounts.log(run_id):
            return True
        return False

    # --- plans -----------------------------------------------------------------------------------

    async def _plan(self, record: RunRecord) -> StoredPlan | None:
        """What is in force in the run from now on, stored; None: the video has no rules, and had none."""
        stored = await self.store.plan(record.run_id)
        if stored is not None and stored.is_finished:
            return stored
        rules = [rule for rule in await self.store.rules(record.video_id) if rule.is_enabled]
        if stored is None:
            # Also without rules: those of the alerts may have been deleted since.
            await self.store.discard_open(record.video_id, record.run_id)
            return await self._put(await self._new_plan(record, rules)) if rules else None
        plan = updated(stored.plan, [rule.wanted for rule in rules], record.analysed_s)
        return stored if plan is stored.plan else await self._put(replace(stored, plan=plan))

    async def _new_plan(self, record: RunRecord, rules: Sequence[StoredRule]) -> StoredPlan:
        site = await self.site(record)
        # A rule that is older than the run counts from its first picture on.
        since = [(rule, record.analysed_s if rule.changed_at > record.started_at else 0.0) for rule in rules]
        usable = [planned(rule.wanted, at_s) for rule, at_s in since if has_place(site, rule.condition)]
        return StoredPlan(record.run_id, record.video_id, AlertPlan(site=site, rules=tuple(usable)))

    async def site(self, record: RunRecord) -> Site:
        stored = await self.recounts.site(record.video_id)
        return stored.site if stored else site_of_run(record.settings)

    async def _put(self, stored: StoredPlan) -> StoredPlan:
        if not await self.store.put_plan(stored):
            raise PlanTaken(f"the plan of run {stored.run_id}")
        return replace(stored, version=stored.version + 1)


def _observed(watch: AlertWatch, chunks: Sequence[bytes]) -> list[AlertChange]:
    """The changes of the pictures that the watch has not seen: the log in SQL has other chunks than that in Redis."""
    pictures = (picture for chunk in chunks for picture in unpack(chunk))
    return [change for one in pictures if _is_new(watch, one.timestamp_s) for change in watch.observe(one)]


def _is_new(watch: AlertWatch, timestamp_s: float) -> bool:
    return watch.timestamp_s is None or timestamp_s > watch.timestamp_s


def _max_gap_s(record: RunRecord) -> float:
    return ObservedSpans(1 / record.settings.effective_fps).max_gap_s

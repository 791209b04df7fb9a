"""Answers queries about zones and gates from the results of the newest finished recount."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onwatch_aggregator.errors import InvalidCounts, NotCounted, NothingToCount, PlaceNotFound
from onwatch_aggregator.live import LiveStore, RunState
from onwatch_aggregator.recounts import Recount, Recounts, RecountState, RecountStore, StoredResults
from onwatch_aggregator.reports.counts import Dimension, InvalidDimensions, counts_table
from onwatch_aggregator.reports.flows import video_flows
from onwatch_aggregator.reports.parts import counted_with
from onwatch_aggregator.reports.results import no_results, video_results
from onwatch_aggregator.reports.rows import crossing_rows, visit_rows
from onwatch_aggregator.reports.workbook import VideoCounted, counts_xlsx
from onwatch_aggregator.results import ResultsStore
from onwatch_contracts.tables import (
    CountsTable,
    CrossingRow,
    RecountStatus,
    VideoFlows,
    VideoRecount,
    VideoResults,
    VisitRow,
)
from onwatch_counting.tables import InvalidInterval, PlaceKind, TypeScheme

_KEEPS_ITS_SITE = (
    "The run in progress keeps its zones and gates; when it is finished, it is counted with the newest ones."
)
_NO_RUN = "No run of the video is finished."
_NO_LOG = "The newest run has no log of detections: it is of an earlier version, or the log was removed."
_DETAILS = {
    RecountState.WAITING: "The recount begins as soon as an aggregator is free.",
    RecountState.RUNNING: "The video is being counted again.",
    RecountState.FINISHED: "The results are those of the newest zones and gates.",
    RecountState.CANCELLED: "The recount was cancelled.",
    RecountState.FAILED: "The recount has failed",
}
_EARLIER_RESULTS = "Until it is finished, the earlier results stay."


@dataclass(frozen=True)
class Reports:
    """Reads from SQL, then computes in a thread: the rows of hours of video take some tenths of a second."""

    store: RecountStore
    recounts: Recounts
    results_store: ResultsStore
    live: LiveStore
    scheme: TypeScheme

    # --- recounts

    async def recount(self, video_id: str) -> VideoRecount:
        """The newest recount, and what the results are of."""
        found, stored = await self.store.recount(video_id), await self.store.results(video_id)
        return await self._described(video_id, found, stored)

    async def start_recount(self, video_id: str) -> VideoRecount:
        """Count again, also if the results are there. `NothingToCount` says why that is not possible."""
        found = await self.recounts.request(video_id, again=True)
        if found is None:
            raise NothingToCount(video_id, await self._what_is_missing(video_id))
        return await self._described(video_id, found, await self.store.results(video_id))

    async def cancel_recount(self, video_id: str) -> VideoRecount:
        """End it, if there is one; the earlier results stay."""
        await self.recounts.cancel(video_id)
        return await self.recount(video_id)

    async def _described(self, video_id: str, found: Recount | None, stored: StoredResults | None) -> VideoRecount:
        return VideoRecount(
            video_id=video_id,
            state=RecountStatus(found.state.value) if found else RecountStatus.NONE,
            detail=await self._detail(video_id, found, has_results=stored is not None),
            progress=found.progress if found else 0.0,
            run_id=found.run_id if found else None,
            revision=found.revision if found else None,
            requested_at=found.requested_at if found else None,
            finished_at=found.finished_at if found else None,
            results=counted_with(stored) if stored else None,
        )

    async def _detail(self, video_id: str, found: Recount | None, *, has_results: bool) -> str:
        if found is None:
            return await self._what_is_missing(video_id)
        texts = [_DETAILS[found.state] + (f": {found.problem}." if found.problem else "")]
        if found.state is RecountState.FINISHED and await self._is_outdated(found):
            texts = [f"The results are of earlier zones and gates. {_NO_LOG}"]
        if has_results and found.state is not RecountState.FINISHED:
            texts.append(_EARLIER_RESULTS)
        if await self._is_running(video_id):
            texts.append(_KEEPS_ITS_SITE)
        return " ".join(texts)

    async def _is_outdated(self, found: Recount) -> bool:
        """A change requests a recount at once, unless there is no log any more."""
        site = await self.store.site(found.video_id)
        return site is not None and site.revision > found.revision

    async def _what_is_missing(self, video_id: str) -> str:
        if await self._is_running(video_id):
            return _KEEPS_ITS_SITE
        return _NO_RUN if await self.results_store.newest(video_id) is None else _NO_LOG

    async def _is_running(self, video_id: str) -> bool:
        live = await self.live.run(video_id)
        return live is not None and live.state is RunState.ACTIVE

    # --- tables

    async def results(self, video_id: str, *, includes_parked: bool) -> VideoResults:
        """Empty before the first recount."""
        stored, recount = await self.store.results(video_id), await self.recount(video_id)
        if stored is None:
            return no_results(video_id, recount, includes_parked=includes_parked)
        return await asyncio.to_thread(
            video_results, video_id, stored, recount, self.scheme, includes_parked=includes_parked
        )

    async def flows(self, video_id: str, over: PlaceKind, *, includes_parked: bool) -> VideoFlows:
        stored = await self.stored(video_id)
        return await asyncio.to_thread(
            video_flows, video_id, stored, over, self.scheme, includes_parked=includes_parked
        )

    async def visits(self, video_id: str, zone_id: str | None) -> tuple[StoredResults, tuple[VisitRow, ...]]:
        """Of one zone or of all; `PlaceNotFound` for one that was not counted."""
        stored = await self.stored(video_id)
        _check_known("zone", zone_id, [zone.zone_id for zone in stored.site.zones])
        return stored, await asyncio.to_thread(visit_rows, stored, zone_id, self.scheme)

    async def crossings(self, video_id: str, gate_id: str | None) -> tuple[StoredResults, tuple[CrossingRow, ...]]:
        """Of one gate or of all; `PlaceNotFound` for one that was not counted."""
        stored = await self.stored(video_id)
        _check_known("gate", gate_id, [gate.gate_id for gate in stored.site.gates])
        return stored, await asyncio.to_thread(crossing_rows, stored, gate_id, self.scheme)

    async def counts(
        self, video_ids: Sequence[str], by: Sequence[Dimension], interval_s: int, *, includes_parked: bool
    ) -> CountsTable:
        """`InvalidCounts` says what cannot be put into one table."""
        return await self._table(await self._videos(video_ids), by, interval_s, includes_parked=includes_parked)

    async def workbook(
        self,
        video_ids: Sequence[str],
        by: Sequence[Dimension],
        interval_s: int,
        title: str | None,
        *,
        includes_parked: bool,
    ) -> bytes:
        """The same with flows and all that was counted, as XLSX."""
        videos = await self._videos(video_ids)
        table = await self._table(videos, by, interval_s, includes_parked=includes_parked)
        return await asyncio.to_thread(_workbook, table, title, videos, self.scheme)

    async def _videos(self, video_ids: Sequence[str]) -> dict[str, StoredResults]:
        return {video_id: await self.stored(video_id) for video_id in video_ids}

    async def _table(
        self, videos: Mapping[str, StoredResults], by: Sequence[Dimension], interval_s: int, *, includes_parked: bool
    ) -> CountsTable:
        try:
            return await asyncio.to_thread(
                counts_table, videos, by, interval_s, self.scheme, includes_parked=includes_parked
            )
        except (InvalidInterval, InvalidDimensions) as error:
            raise InvalidCounts(str(error)) from error

    async def stored(self, video_id: str) -> StoredResults:
        """The results that are there; `NotCounted` says what is missing."""
        stored = await self.store.results(video_id)
        if stored is None:
            raise NotCounted(video_id, (await self.recount(video_id)).detail)
        return stored


def _workbook(table: CountsTable, title: str | None, videos: Mapping[str, StoredResults], scheme: TypeScheme) -> bytes:
    over: PlaceKind = "zones" if table.counted == "zones" else "gates"
    flows = [
        video_flows(video_id, stored, over, scheme, includes_parked=table.includes_parked)
        for video_id, stored in videos.items()
    ]
    counted = [
        VideoCounted(video_id, stored.site, stored.end_s, stored.found.observed) for video_id, stored in videos.items()
    ]
    return counts_xlsx(table, title, flows, counted)


def _check_known(what: str, given: str | None, known: Sequence[str]) -> None:
    if given is not None and given not in known:
        raise PlaceNotFound(what, given, known)

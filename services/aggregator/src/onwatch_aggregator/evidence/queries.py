"""Answers how sure the counts of a run are, from its log, which never changes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from onwatch_aggregator.counting import RunRecord
from onwatch_aggregator.errors import EvidenceFailed
from onwatch_aggregator.evidence.certainties import total_certainties, visit_evidence
from onwatch_aggregator.evidence.measuring import EvidenceMeasurer, LoggedRun
from onwatch_aggregator.playback import LogStore
from onwatch_aggregator.recounts import RecountImpossible, RecountLost, RecountStore, site_of_run
from onwatch_aggregator.results import ResultsStore, run_of
from onwatch_contracts.evidence import VideoEvidence
from onwatch_contracts.site import Site
from onwatch_counting.evidence import LEVEL

ANSWERS_KEPT = 8
"""In memory: one of 1,000 visits takes 0.5 MB."""


@dataclass
class EvidenceQueries:
    """Measures one run at a time: that takes a core, for seconds per hour of video."""

    results: ResultsStore
    recounts: RecountStore
    log: LogStore
    measurer: EvidenceMeasurer
    _answers: OrderedDict[tuple[str, int | None], VideoEvidence] = field(default_factory=OrderedDict, init=False)
    _measuring: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def evidence(self, video_id: str, run_id: str | None) -> VideoEvidence:
        """Of a finished run, the newest by default. `RunNotFound`; `EvidenceFailed` if its log cannot be counted."""
        newest = await self.results.newest(video_id)
        run = newest if run_id is None else await run_of(self.results, video_id, run_id)
        boxes_count = await self.log.boxes_count(run.run_id) if run else None
        if run is None or boxes_count is None:
            return _none(video_id, run)
        is_newest = newest is not None and newest.run_id == run.run_id
        site, revision = await self._site(run, has_other_zones=is_newest)
        key = run.run_id, revision
        async with self._measuring:  # a second request for the same run waits for the first
            answer = self._answers.get(key)
            if answer is None:
                answer = self._answers[key] = await self._measured(run, site, revision, boxes_count)
            self._answers.move_to_end(key)
            while len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        return answer

    async def _site(self, run: RunRecord, *, has_other_zones: bool) -> tuple[Site, int | None]:
        """The region of interest of the run, whose rows never change; with the other zones of the video as they are."""
        own = site_of_run(run.settings)
        stored = await self.recounts.site(run.video_id) if has_other_zones else None
        if stored is None:
            return own, None
        zones = (own.zones[0], *stored.site.zones[1:])
        return own.model_copy(update={"zones": zones}), stored.revision

    async def _measured(self, run: RunRecord, site: Site, revision: int | None, boxes_count: int) -> VideoEvidence:
        logged = LoggedRun(site, run.analysed_s, 1 / run.settings.effective_fps, boxes_count)
        try:
            found = await self.measurer.evidence(logged, self._chunks(run.run_id))
        except (RecountImpossible, RecountLost) as error:
            raise EvidenceFailed(run.video_id, str(error)) from error
        zones = await asyncio.to_thread(total_certainties, site.zones, found, run.settings)
        return VideoEvidence(
            video_id=run.video_id,
            run_id=run.run_id,
            revision=revision,
            has_log=True,
            level=LEVEL,
            zones=zones,
            items=tuple(map(visit_evidence, found.visits)),
        )

    async def _chunks(self, run_id: str) -> AsyncIterator[bytes]:
        async for chunks in self.log.whole(run_id):
            for chunk in chunks:
                yield chunk


def _none(video_id: str, run: RunRecord | None) -> VideoEvidence:
    run_id = run.run_id if run else None
    return VideoEvidence(
        video_id=video_id, run_id=run_id, revision=None, has_log=False, level=LEVEL, zones=(), items=()
    )

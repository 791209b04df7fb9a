"""Answers queries of playback from the log of a finished run, which never changes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from onwatch_aggregator.counting import RunRecord
from onwatch_aggregator.errors import SpanTooLong
from onwatch_aggregator.playback.log_store import LogStore
from onwatch_aggregator.results import ResultsStore, run_of
from onwatch_contracts.playback import DetectionsPart, PictureBoxes, VisitSighting, VisitSightings
from onwatch_counting.log import RESOLUTION, LogColumns, Sighting, SightingFinder, unpack_columns

MAX_SPAN_S = 60.0
"""Of one part: a minute of 30 pictures a second with 20 boxes is a megabyte of JSON."""
RUNS_KEPT = 8
"""Whose sightings are in memory: a run of 1,000 visits takes 0.3 MB."""


@dataclass
class Playback:
    """Unpacks in a thread."""

    results: ResultsStore
    log: LogStore
    _sightings: OrderedDict[str, tuple[Sighting, ...]] = field(default_factory=OrderedDict, init=False)
    _finding: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def part(self, video_id: str, run_id: str | None, from_s: float, to_s: float) -> DetectionsPart:
        """The pictures from `from_s` up to `to_s`; `SpanTooLong` for more than `MAX_SPAN_S` or less than nothing."""
        if not 0 < to_s - from_s <= MAX_SPAN_S:
            raise SpanTooLong(from_s, to_s, MAX_SPAN_S)
        run = await self._run(video_id, run_id)
        chunks = await self.log.part(run.run_id, from_s, to_s) if run else ()
        types, pictures = await asyncio.to_thread(_pictures, chunks, from_s, to_s)
        return DetectionsPart(
            video_id=video_id,
            run_id=run.run_id if run else None,
            from_s=from_s,
            to_s=to_s,
            has_log=bool(chunks) or (run is not None and await self.log.has_log(run.run_id)),
            resolution=RESOLUTION,
            types=types,
            pictures=pictures,
        )

    async def sightings(self, video_id: str, run_id: str | None) -> VisitSightings:
        """Where each visit of a run is seen best, the newest run by default."""
        run = await self._run(video_id, run_id)
        if run is None or not await self.log.has_log(run.run_id):
            return VisitSightings(video_id=video_id, run_id=run.run_id if run else None, has_log=False, items=())
        async with self._finding:  # a second request for the same run waits for the first
            found = self._sightings.get(run.run_id)
            if found is None:
                found = self._sightings[run.run_id] = await self._found(run)
            self._sightings.move_to_end(run.run_id)
            while len(self._sightings) > RUNS_KEPT:
                self._sightings.popitem(last=False)
        items = tuple(map(_as_http, found))
        return VisitSightings(video_id=video_id, run_id=run.run_id, has_log=True, items=items)

    async def _run(self, video_id: str, run_id: str | None) -> RunRecord | None:
        return await self.results.newest(video_id) if run_id is None else await run_of(self.results, video_id, run_id)

    async def _found(self, run: RunRecord) -> tuple[Sighting, ...]:
        polygons = {zone.zone_id: zone.polygon for zone in run.settings.zones}
        finder = SightingFinder(await self.results.vehicles(run.run_id), polygons, run.settings.anchor)
        async for chunks in self.log.whole(run.run_id):
            await asyncio.to_thread(_add, finder, chunks)
        return finder.sightings()


def _add(finder: SightingFinder, chunks: Sequence[bytes]) -> None:
    for chunk in chunks:
        finder.add(unpack_columns(chunk))


def _pictures(chunks: Sequence[bytes], from_s: float, to_s: float) -> tuple[tuple[str, ...], tuple[PictureBoxes, ...]]:
    columns = [unpack_columns(chunk) for chunk in chunks]
    types = tuple(sorted({name for chunk in columns for name in chunk.type_names}))
    pictures = (picture for chunk in columns for picture in _pictures_of(chunk, types))
    return types, tuple(picture for picture in pictures if from_s <= picture.at_s < to_s)


def _pictures_of(chunk: LogColumns, types: Sequence[str]) -> Iterator[PictureBoxes]:
    index_of = np.array([types.index(name) for name in chunk.type_names], np.int64)
    table = np.column_stack((chunk.track_id, index_of[chunk.type_index], chunk.edges))
    rows = [tuple(row) for row in table.tolist()]
    bounds = np.searchsorted(chunk.picture, np.arange(len(chunk.timestamps_s) + 1)).tolist()
    for at_s, (start, end) in zip(chunk.timestamps_s.tolist(), pairwise(bounds), strict=True):
        yield PictureBoxes(at_s=at_s, boxes=tuple(rows[start:end]))


def _as_http(found: Sighting) -> VisitSighting:
    left, top, right, bottom = (edge / RESOLUTION for edge in found.box)
    return VisitSighting(
        vehicle_id=found.vehicle_id,
        visit_no=found.visit_no,
        zone_id=found.zone_id,
        track_id=found.track_id,
        at_s=found.at_s,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
    )

"""Counts by interval, of one video or of several of one site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from onwatch_aggregator.recounts import StoredResults
from onwatch_aggregator.reports.parts import counted_with, results_to_count, type_groups
from onwatch_contracts.site import Direction
from onwatch_contracts.tables import CountsRow, CountsTable, PeakHourOf, SeriesKey, ZoneQueue
from onwatch_counting.tables import (
    CountedVideo,
    Interval,
    IntervalTable,
    ItemKind,
    PeakHour,
    TypeScheme,
    heavy_share,
    interval_table,
    peak_hour,
)

Dimension = Literal["type", "group", "gate", "zone", "movement", "direction"]
_DIMENSION_OF: Mapping[ItemKind, Dimension] = {"gates": "gate", "zones": "zone", "movements": "movement"}
COMPLETE_SHARE = 0.9995
"""Shown as 100.0 %."""


class InvalidDimensions(ValueError):
    """A table cannot be divided so; the text says why."""


@dataclass(frozen=True)
class Division:
    """What a table counts, and by what it is divided."""

    kind: ItemKind
    by: frozenset[Dimension]

    @classmethod
    def of(cls, by: Sequence[Dimension], videos: Sequence[StoredResults]) -> Division:
        """Without dimensions: by everything, of the gates or, where there is none, of the zones."""
        named = [kind for kind, dimension in _DIMENSION_OF.items() if dimension in by]
        if len(named) > 1:
            raise InvalidDimensions(f"by: a table is of {' or of '.join(named)}, not of both")
        kind = named[0] if named else "gates"
        if not by:
            if not any(video.site.gates for video in videos):
                return cls("zones", frozenset(("zone", "type")))
            return cls("gates", frozenset(("gate", "direction", "type")))
        if "direction" in by and kind != "gates":
            raise InvalidDimensions(f"by: {kind} have no direction; gates have")
        return cls(kind, frozenset(by))


@dataclass(frozen=True)
class Series:
    """One column of the table."""

    key: SeriesKey
    counts: tuple[int | None, ...]


def counts_table(
    videos: Mapping[str, StoredResults],
    by: Sequence[Dimension],
    interval_s: int,
    scheme: TypeScheme,
    *,
    includes_parked: bool,
) -> CountsTable:
    """`InvalidDimensions`, or `InvalidInterval` for an interval or videos of which no table can be made."""
    division = Division.of(by, tuple(videos.values()))
    counted = [_counted(video_id, results_to_count(one, includes_parked)) for video_id, one in videos.items()]
    table = interval_table(counted, division.kind, interval_s)
    series = _series(table, division, scheme)
    first = min(videos.values(), key=lambda one: (one.site.recorded_at is None, one.site.recorded_at))
    total = sum(sum(counts) for counts in table.counts.values())
    return CountsTable(
        video_ids=tuple(videos),
        counted_with=tuple(counted_with(stored) for stored in videos.values()),
        counted=division.kind,
        interval_s=interval_s,
        time_zone=first.site.time_zone,
        recorded_at=first.site.recorded_at,
        includes_parked=includes_parked,
        type_scheme=scheme.name,
        types=type_groups(scheme, table.types),
        series=tuple(one.key for one in series),
        rows=tuple(_row(table, series, index) for index in range(len(table.intervals))),
        totals=tuple(sum(count or 0 for count in one.counts) for one in series),
        total=total,
        heavy_share=heavy_share(scheme, _by_type(table)),
        peak_hours=_peak_hours(table, interval_s, scheme),
        notes=_notes(table, includes_parked=includes_parked, knows_clock=first.site.recorded_at is not None),
    )


def _counted(video_id: str, stored: StoredResults) -> CountedVideo:
    return CountedVideo(video_id, stored.site, stored.found.results, stored.found.observed, stored.end_s)


def _series(table: IntervalTable, division: Division, scheme: TypeScheme) -> list[Series]:
    items = list(table.items) if _DIMENSION_OF[division.kind] in division.by else [None]
    directions: list[Direction | None] = ["forward", "backward"] if "direction" in division.by else [None]
    kinds: list[tuple[str | None, str | None]] = [(None, None)]
    if "type" in division.by:
        kinds = [(kind, scheme.group_of(kind)) for kind in scheme.ordered_types(table.types)]
    elif "group" in division.by:
        kinds = [(None, group) for group in scheme.ordered_groups(table.types)]
    found = []
    kinds = kinds or [(None, None)]  # a column of zeros where nothing was counted
    for item, direction, (kind, group) in product(items, directions, kinds):
        name = item.name if item else None
        key = SeriesKey(
            gate=name if division.kind == "gates" else None,
            zone=name if division.kind == "zones" else None,
            movement=name if division.kind == "movements" else None,
            direction=direction,
            direction_name=dict(item.directions).get(direction) if item and direction else None,
            vehicle_type=kind,
            group=group,
        )
        cells = [
            counts
            for cell, counts in table.counts.items()
            if name in (None, cell.item)
            and direction in (None, cell.direction)
            and kind in (None, cell.vehicle_type)
            and group in (None, scheme.group_of(cell.vehicle_type))
        ]
        found.append(Series(key, _sums(table, cells, name)))
    return found


def _sums(table: IntervalTable, cells: Sequence[tuple[int, ...]], item: str | None) -> tuple[int | None, ...]:
    """None where nothing was observed: zero would say that nobody came."""
    return tuple(
        sum(counts[index] for counts in cells) if table.share(index, item) > 0 else None
        for index in range(len(table.intervals))
    )


def _row(table: IntervalTable, series: Sequence[Series], index: int) -> CountsRow:
    interval, share = table.intervals[index], table.share(index)
    queues = ((zone, lengths[index]) for zone, lengths in table.queues.items())
    return CountsRow(
        from_s=interval.since_s,
        to_s=interval.until_s,
        starts_at=interval.starts_at,
        ends_at=interval.ends_at,
        observed_share=share,
        counts=tuple(one.counts[index] for one in series),
        total=sum(table.count(index).values()) if share > 0 else None,
        queues=tuple(ZoneQueue(zone=zone, longest=q.longest, mean=q.mean) for zone, q in queues if q is not None),
    )


def _by_type(table: IntervalTable) -> dict[str, int]:
    found: dict[str, int] = {}
    for cell, counts in table.counts.items():
        found[cell.vehicle_type] = found.get(cell.vehicle_type, 0) + sum(counts)
    return found


def _peak_hours(table: IntervalTable, interval_s: int, scheme: TypeScheme) -> tuple[PeakHourOf, ...]:
    names = (None, *(item.name for item in table.items))
    found = ((name, peak_hour(table, interval_s, name)) for name in names)
    return tuple(_peak_hour(name, hour, scheme) for name, hour in found if hour is not None)


def _peak_hour(name: str | None, hour: PeakHour, scheme: TypeScheme) -> PeakHourOf:
    return PeakHourOf(
        item=name,
        from_s=hour.first.since_s,
        to_s=hour.last.until_s,
        starts_at=hour.first.starts_at,
        ends_at=hour.last.ends_at,
        total=hour.count,
        peak_hour_factor=hour.peak_hour_factor,
        heavy_share=heavy_share(scheme, hour.counts),
    )


def _notes(table: IntervalTable, *, includes_parked: bool, knows_clock: bool) -> tuple[str, ...]:
    shares = [table.share(index) for index in range(len(table.intervals))]
    unseen = sum(share == 0 for share in shares)
    partly = sum(0 < share < COMPLETE_SHARE for share in shares)
    notes = []
    if not knows_clock:
        notes.append("It is not known when the video was recorded: times are those of the video, from 0:00:00.")
    if unseen:
        notes.append(f"{unseen} of {len(shares)} intervals were not analysed: they have no counts.")
    if partly:
        notes.append(f"{partly} of {len(shares)} intervals were analysed in part: vehicles may be missing there.")
    if _is_irregular(table.intervals):
        notes.append("The clock was changed: one interval lasts longer or shorter than the others.")
    if not includes_parked:
        notes.append("Parked vehicles are left out.")
    return tuple(notes)


def _is_irregular(intervals: Sequence[Interval]) -> bool:
    return len({round(interval.duration_s) for interval in intervals}) > 1

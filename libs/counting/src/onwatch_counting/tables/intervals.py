"""Counts by interval of time: of gates, zones or movements, over one video or several of one site."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Literal, NamedTuple

from onwatch_contracts.site import Direction, Site
from onwatch_counting.site import SiteResults, Span
from onwatch_counting.tables.clock import Interval, InvalidInterval, clock_intervals, video_intervals, zone_of
from onwatch_counting.tables.movements import made_movements
from onwatch_counting.tables.observed import observed_s, union
from onwatch_counting.tables.queue import queue_of

ItemKind = Literal["gates", "zones", "movements"]


@dataclass(frozen=True)
class CountedVideo:
    """The results of one video, and what they cover."""

    video_id: str
    site: Site
    results: SiteResults
    observed: tuple[Span, ...]
    """What was analysed, in video time."""
    end_s: float


@dataclass(frozen=True, slots=True)
class Item:
    """A gate, zone or movement. Those of several videos are one if they have the same name."""

    name: str
    directions: tuple[tuple[Direction, str], ...] = ()
    """Of a gate, with their names."""


class Cell(NamedTuple):
    """What a count is of."""

    item: str
    direction: Direction | None
    vehicle_type: str


class QueueLength(NamedTuple):
    """Vehicles standing in a zone during an interval."""

    longest: int
    mean: float


@dataclass(frozen=True)
class IntervalTable:
    """Counts at the finest grain. An interval of which nothing was observed has counts of 0 and a share of 0."""

    kind: ItemKind
    items: tuple[Item, ...]
    intervals: tuple[Interval, ...]
    counts: Mapping[Cell, tuple[int, ...]]
    """Of each interval; only cells that occur."""
    observed: Mapping[str, tuple[float, ...]]
    """The share of each interval that was analysed, by item."""
    queues: Mapping[str, tuple[QueueLength | None, ...]]
    """Of zones, by name; None: not observed."""
    observed_anywhere: tuple[float, ...]
    """The same share, by any of the videos."""

    @cached_property
    def types(self) -> frozenset[str]:
        return frozenset(cell.vehicle_type for cell in self.counts)

    def share(self, index: int, item: str | None = None) -> float:
        """The observed share of an interval; without an item, of the item with the least."""
        if item is not None:
            return self.observed[item][index]
        return min((shares[index] for shares in self.observed.values()), default=self.observed_anywhere[index])

    def count(self, index: int, *, item: str | None = None, direction: Direction | None = None) -> dict[str, int]:
        """By type, of everything or of one item and direction."""
        found: Counter[str] = Counter()
        for cell, counts in self.counts.items():
            if item in (None, cell.item) and direction in (None, cell.direction):
                found[cell.vehicle_type] += counts[index]
        return dict(found)


def interval_table(videos: Sequence[CountedVideo], kind: ItemKind, length_s: int) -> IntervalTable:
    """Raises `InvalidInterval` for a length that does not divide a day, and for videos without a common clock."""
    intervals = _intervals(videos, length_s)
    offsets_s = _offsets_s(videos)
    placed = list(zip(videos, offsets_s, strict=True))
    counts: dict[Cell, list[int]] = defaultdict(lambda: [0] * len(intervals))
    for video, offset_s in placed:
        edges = [interval.since_s - offset_s for interval in intervals]
        for at_s, cell in _events(video, kind):
            counts[cell][max(0, bisect_right(edges, at_s) - 1)] += 1
    items = _items(videos, kind)
    return IntervalTable(
        kind=kind,
        items=items,
        intervals=intervals,
        counts={cell: tuple(numbers) for cell, numbers in counts.items()},
        observed={item.name: _shares(placed, intervals, kind, item.name) for item in items},
        queues={item.name: _queues(placed, intervals, item.name) for item in items} if kind == "zones" else {},
        observed_anywhere=_shares(placed, intervals, kind, None),
    )


def _intervals(videos: Sequence[CountedVideo], length_s: int) -> tuple[Interval, ...]:
    if len(videos) == 1 and videos[0].site.recorded_at is None:
        return video_intervals(length_s, videos[0].end_s)
    starts = [_recorded_at(video) for video in videos]
    ends = [start + timedelta(seconds=video.end_s) for start, video in zip(starts, videos, strict=True)]
    return clock_intervals(length_s, min(starts), max(ends), _zone(videos))


def _zone(videos: Sequence[CountedVideo]) -> tzinfo:
    zones = {video.site.time_zone for video in videos}
    if len(zones) > 1:
        names = ", ".join(sorted(str(zone or "no time zone") for zone in zones))
        raise InvalidInterval(f"the videos were recorded in different time zones: {names}")
    return zone_of(_recorded_at(videos[0]), videos[0].site.time_zone)


def _recorded_at(video: CountedVideo) -> datetime:
    if video.site.recorded_at is None:
        raise InvalidInterval(f"video {video.video_id} has no time of recording; several videos need one each")
    return video.site.recorded_at


def _offsets_s(videos: Sequence[CountedVideo]) -> list[float]:
    """When each video begins, in seconds of the table."""
    if len(videos) == 1:
        return [0.0]
    starts = [_recorded_at(video).astimezone(UTC) for video in videos]
    return [(start - min(starts)).total_seconds() for start in starts]


def _events(video: CountedVideo, kind: ItemKind) -> Iterator[tuple[float, Cell]]:
    results = video.results
    if kind == "gates":
        gates = {gate.gate_id: gate.name for gate in video.site.gates}
        for crossing in results.crossings:
            yield crossing.at_s, Cell(gates[crossing.gate_id], crossing.direction, crossing.vehicle_type)
    elif kind == "zones":
        zones = {zone.zone_id: zone.name for zone in video.site.zones}
        for visit in results.visits:
            yield visit.entered_at_s, Cell(zones[visit.zone_id], None, visit.vehicle_type)
    else:
        movements = {movement.movement_id: movement.name for movement in video.site.movements}
        for made in made_movements(video.site, results):
            yield made.at_s, Cell(movements[made.movement_id], None, made.vehicle_type)


def _items(videos: Sequence[CountedVideo], kind: ItemKind) -> tuple[Item, ...]:
    """In the order of the sites; the first video decides how directions are called."""
    found: dict[str, Item] = {}
    for video in videos:
        for item in _items_of(video.site, kind):
            found.setdefault(item.name, item)
    return tuple(found.values())


def _items_of(site: Site, kind: ItemKind) -> tuple[Item, ...]:
    if kind == "gates":
        return tuple(
            Item(gate.name, (("forward", gate.forward_name), ("backward", gate.backward_name))) for gate in site.gates
        )
    return tuple(Item(one.name) for one in (site.zones if kind == "zones" else site.movements))


Placed = Sequence[tuple[CountedVideo, float]]


def _shares(placed: Placed, intervals: Sequence[Interval], kind: ItemKind, name: str | None) -> tuple[float, ...]:
    """Of the videos that have the item, or of all."""
    spans = union(
        (since_s + offset_s, until_s + offset_s)
        for video, offset_s in placed
        if name is None or any(item.name == name for item in _items_of(video.site, kind))
        for since_s, until_s in video.observed
    )
    return tuple(
        min(1.0, observed_s(spans, interval.since_s, interval.until_s) / interval.duration_s) for interval in intervals
    )


def _queues(placed: Placed, intervals: Sequence[Interval], name: str) -> tuple[QueueLength | None, ...]:
    curves = [
        (queue_of(visit for visit in video.results.visits if visit.zone_id == zone.zone_id), video, offset_s)
        for video, offset_s in placed
        for zone in video.site.zones
        if zone.name == name
    ]

    def over(interval: Interval) -> QueueLength | None:
        longest, vehicle_s, seen_s = 0, 0.0, 0.0
        for curve, video, offset_s in curves:
            since_s = max(0.0, interval.since_s - offset_s)
            until_s = min(video.end_s, interval.until_s - offset_s)
            if since_s < until_s:
                longest = max(longest, curve.max(since_s, until_s))
                vehicle_s += curve.mean(since_s, until_s) * (until_s - since_s)
                seen_s += observed_s(video.observed, since_s, until_s)
        return QueueLength(longest, vehicle_s / seen_s) if seen_s else None

    return tuple(over(interval) for interval in intervals)

"""Counts a log again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from onwatch_contracts.site import Site
from onwatch_contracts.values import ExitReason, VehicleType
from onwatch_counting.evidence import AnalysedPictures, VehicleDetections
from onwatch_counting.gates import GateCrossing
from onwatch_counting.log import LogColumns
from onwatch_counting.recount.gate_crossings import GateCrossings
from onwatch_counting.recount.paths import Paths
from onwatch_counting.recount.table import Ints, LogTable
from onwatch_counting.recount.voyages import AT_END, WITH, IdentitiesDiffer, Voyage, VoyageFinder
from onwatch_counting.recount.zone_visits import ZonePath, ZoneVisits
from onwatch_counting.site import (
    ClosedVisit,
    RoiRow,
    RowMaker,
    SiteCounter,
    SiteGeometry,
    SiteResults,
    SiteRules,
    Traveller,
    VehiclePath,
)
from onwatch_counting.vehicles import Confirmation, Identity, Motion, best_type, distance_from_way, known_type, stops_of
from onwatch_geometry import middle

Moment = tuple[int, int, int]
"""Picture, phase and track: the order in which `SiteCounter` numbers vehicles."""

Visited = Mapping[int, tuple[int, Sequence[ClosedVisit]]]
Crossed = Mapping[int, Sequence[GateCrossing]]

READ = 0.5
"""The share of the progress when the log is read."""


class RecountCancelled(Exception):
    """The count was stopped before its end, on request."""


def recount(
    site: Site,
    chunks: Iterable[LogColumns],
    end_s: float,
    on_progress: Callable[[float], None] = lambda share: None,
    is_cancelled: Callable[[], bool] = bool,
    rules: SiteRules | None = None,
    keep_evidence: bool = False,
) -> SiteResults:
    """The results of a `SiteCounter` that keeps them, of the pictures of the chunks and a video that ends at `end_s`.

    `on_progress` is told shares from 0 to 1. Raises `RecountCancelled` soon after `is_cancelled` returns true, and
    ValueError if time runs backwards or a picture has two boxes of a track.
    """

    def progress(share: float) -> None:
        if is_cancelled():
            raise RecountCancelled
        on_progress(share)

    def reported() -> Iterator[LogColumns]:
        for chunk in chunks:
            if len(chunk.timestamps_s) and end_s > 0:
                progress(READ * min(1.0, float(chunk.timestamps_s[-1]) / end_s))
            yield chunk

    table, rules = LogTable.of(reported()), rules or SiteRules()
    progress(READ)
    try:
        counted = _Recount(site, table, end_s, rules, keep_evidence)
        results = counted.results(lambda share: progress(READ + (1 - READ) * share))
    except IdentitiesDiffer:
        results = _picture_by_picture(site, table, end_s, rules, progress, keep_evidence)
    progress(1.0)
    return results


def _picture_by_picture(
    site: Site,
    table: LogTable,
    end_s: float,
    rules: SiteRules,
    progress: Callable[[float], None],
    keep_evidence: bool,
) -> SiteResults:
    counter = SiteCounter(site, rules, keep_results=True, keep_evidence=keep_evidence)
    for number, picture in enumerate(table.pictures()):
        if number % 1000 == 0:
            progress(READ + (1 - READ) * number / len(table.timestamps_s))
        counter.observe(picture)
    counter.finish(end_s)
    return counter.results


class _Recount:
    def __init__(self, site: Site, table: LogTable, end_s: float, rules: SiteRules, keep_evidence: bool) -> None:
        if np.any(table.track_id < 0):
            raise IdentitiesDiffer  # boxes without a track are in the region of interest only
        self._table, self._end_s, self._rules = table, end_s, rules
        self._geometry = SiteGeometry(site)
        roi = self._geometry.roi, site.zones[0].anchor
        self._voyages = VoyageFinder(table, roi, rules.zones).find()
        self._paths = Paths(table, self._voyages)
        self._rows = RowMaker(self._geometry, rules)
        self._keeps_evidence = keep_evidence

    def results(self, progress: Callable[[float], None]) -> SiteResults:
        parts = len(self._geometry.zones) + len(self._geometry.gates) + 2
        progress(1 / parts)
        zones = []
        for zone, area in self._geometry.zones:
            visits = ZoneVisits(zone, area, self._paths, self._rules.zones)
            zones.append([visits.of(start, end, self._reason(n)) for n, (start, end) in enumerate(self._paths.spans())])
            if len(zones) == 1:
                roi_types = [self._roi_type(n, path, visits) for n, path in enumerate(zones[0])]
            progress((1 + len(zones)) / parts)
        gates = []
        for place in range(len(self._geometry.gates)):
            gates.append(self._crossings(place))
            progress((1 + len(zones) + len(gates)) / parts)
        self._add_rows(zones, roi_types, gates)
        pictures = AnalysedPictures(self._table.timestamps_s[self._table.is_inferred])
        return self._rows.results(pictures if self._keeps_evidence else None)

    def _reason(self, number: int) -> ExitReason:
        voyage = self._voyages[number]
        is_lost = voyage.motion.is_lost(self._ended_s(voyage), self._rules.vehicles)
        return ExitReason.TRACK_LOST if is_lost else ExitReason.END_OF_VIDEO

    def _ended_s(self, voyage: Voyage) -> float:
        return self._end_s if voyage.ended_no == AT_END else float(self._table.timestamps_s[voyage.ended_no])

    def _roi_type(self, number: int, path: ZonePath, visits: ZoneVisits) -> VehicleType:
        """The vote over the first visit; over all detections so far if none was inside."""
        if path.first_visit is None:
            return VehicleType.VEHICLE
        start = self._paths.bounds[number]
        began, closed = path.first_visit
        places = np.arange(began, closed + 1)
        places = places[visits.inside[places]]
        rows = self._paths.rows[places if len(places) else np.arange(start, closed + 1)]
        votes: Counter[VehicleType] = Counter()
        for kind, weight in self._table.votes_of(rows).items():
            votes[known_type(kind)] += weight
        return max(VehicleType, key=lambda kind: votes[kind])

    def _crossings(self, place: int) -> list[Sequence[GateCrossing]]:
        gate, line = self._geometry.gates[place]
        crossings = GateCrossings(gate, line, self._paths, self._rules.gates)
        found: list[Sequence[GateCrossing]] = []
        for voyage, (start, end) in zip(self._voyages, self._paths.spans(), strict=True):
            passed = crossings.of(start, end)
            if passed is None:
                found.append(())
                continue
            passage, met = passed
            if passage.pending:
                passage.is_plausible = self._is_plausible(start, met)
            stands = voyage.motion.stands(self._rules.vehicles)
            passage.finish(crossings.sighting(end - 1), line, self._rules.gates, stands)
            found.append(passage.crossings)
        return found

    def _is_plausible(self, start: int, place: int) -> bool:
        """As `Journey.is_plausible`, for the step to the place."""
        paths = self._paths
        box, at_s = paths.box(start), paths.times[start]
        motion = Motion(0, at_s, box, middle(box), at_s)
        motion.see_all((paths.times[before], paths.box(before)) for before in range(start + 1, place))
        if motion.velocity is None:
            return True
        ahead_s = 2 * (paths.times[place] - motion.seen_s)
        return distance_from_way(motion, paths.box(place), ahead_s) <= self._rules.gates.jump_boxes

    def _add_rows(
        self,
        zones: Sequence[Sequence[ZonePath]],
        roi_types: Sequence[VehicleType],
        gates: Sequence[Sequence[Sequence[GateCrossing]]],
    ) -> None:
        vehicle_ids = _numbers([self._confirmed(start, end) for start, end in self._paths.spans()])
        row_nos = [_numbers([self._entered(n, path) for n, path in enumerate(paths)]) for paths in zones]
        for number, voyage in enumerate(self._voyages):
            visited = {
                place: (row_no, zones[place][number].track.closed)
                for place in range(1, len(zones))
                if (row_no := row_nos[place][number]) is not None
            }
            crossed = {place: found[number] for place, found in enumerate(gates) if found[number]}
            traveller = self._traveller(number, voyage, vehicle_ids[number], visited, crossed)
            self._rows.add(traveller)
            if (row_no := row_nos[0][number]) is not None:
                row = RoiRow(row_no, roi_types[number].value, zones[0][number].track.closed)
                self._rows.add_roi(row, traveller)

    def _traveller(
        self, number: int, voyage: Voyage, vehicle_id: int | None, visited: Visited, crossed: Crossed
    ) -> Traveller:
        start, end = self._paths.bounds[number : number + 2]
        places = slice(start, end)
        identity = Identity(voyage.motion, self._paths.times[start], 0, None)
        measured = self._rows.speedometer is not None
        return Traveller(
            vehicle_id=vehicle_id,
            vehicle_type=best_type(self._table.votes_of(self._paths.rows[places])),
            first_seen_s=self._paths.times[start],
            last_seen_s=voyage.motion.seen_s,
            stops=stops_of(self._paths.times_s[places], self._paths.boxes[places], self._rules.vehicles),
            end_reason=identity.end_reason(self._ended_s(voyage), self._rules.vehicles),
            tracks_count=1 + int(np.count_nonzero(np.diff(self._paths.track_id[places]))),
            zones=visited,
            gates=crossed,
            path=VehiclePath(self._paths.times_s[places], self._paths.boxes[places]) if measured else None,
            detections=self._detections(self._paths.rows[places]) if self._keeps_evidence else None,
        )

    def _detections(self, rows: Ints) -> VehicleDetections:
        table = self._table
        rows = rows[table.is_inferred[table.picture[rows]]]
        return VehicleDetections(
            times_s=table.times_s[rows],
            confidences=table.confidence[rows],
            boxes=table.boxes[rows],
            track_ids=table.track_id[rows],
            votes=lambda start, end: table.votes_of(rows[start:end]),
        )

    def _confirmed(self, start: int, end: int) -> Moment | None:
        """When it became a vehicle."""
        times, pictures, rules = self._paths.times, self._paths.pictures, self._rules.vehicles
        confirmation = Confirmation(times[start], pictures[start])
        for place in range(start + 1, end):
            now = times[place], pictures[place]
            confirmation.see(*now, times[place - 1], pictures[place - 1], rules)
            if confirmation.is_enough(*now, rules):
                return self._moment(place)
        return None

    def _entered(self, number: int, path: ZonePath) -> Moment | None:
        """When it was counted in the zone."""
        if path.entered_at is not None:
            return self._moment(path.entered_at)
        voyage = self._voyages[number]
        return (voyage.ended_no, voyage.ended_phase, voyage.motion.track_id) if path.track.visits_count else None

    def _moment(self, place: int) -> Moment:
        return self._paths.pictures[place], WITH, int(self._paths.track_id[place])


def _numbers(moments: Sequence[Moment | None]) -> list[int | None]:
    """1.. in the order of the moments."""
    order = sorted((moment, index) for index, moment in enumerate(moments) if moment is not None)
    numbers: list[int | None] = [None] * len(moments)
    for number, (_, index) in enumerate(order, 1):
        numbers[index] = number
    return numbers

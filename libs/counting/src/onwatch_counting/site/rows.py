"""Makes the rows of the results from what is known of each vehicle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from onwatch_contracts.site import SiteZone
from onwatch_contracts.values import ExitReason
from onwatch_counting.evidence import (
    AnalysedPictures,
    SiteEvidence,
    VehicleDetections,
    VisitEvidence,
    VisitTimes,
    visit_evidence,
)
from onwatch_counting.gates import GateCrossing
from onwatch_counting.site.geometry import SiteGeometry, SiteRules, anchor_of, is_counted
from onwatch_counting.site.results import Crossing, SiteResults, SiteVehicle, ZoneVisit
from onwatch_counting.site.speedometer import Speedometer, VehiclePath
from onwatch_counting.site.zone_track import ClosedVisit
from onwatch_counting.speed import KMH, Speed, SpeedRules
from onwatch_counting.vehicles import Span, parked_spans, within
from onwatch_geometry import Area

AnyRow = TypeVar("AnyRow", SiteVehicle, ZoneVisit, Crossing)


@dataclass(slots=True)
class RoiRow:
    """The visits of one vehicle of the region of interest; its type is that of its events."""

    row_no: int
    vehicle_type: str
    visits: list[ClosedVisit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Traveller:
    """What is known of one vehicle at the end of its journey."""

    vehicle_id: int | None
    """None: not confirmed."""
    vehicle_type: str
    first_seen_s: float
    last_seen_s: float
    stops: Sequence[Span]
    end_reason: ExitReason
    tracks_count: int
    zones: Mapping[int, tuple[int, Sequence[ClosedVisit]]]
    """Row number and visits, by place of the zone in the site."""
    gates: Mapping[int, Sequence[GateCrossing]]
    """By place of the gate in the site."""
    path: VehiclePath | None = None
    """Where speeds are measured."""
    detections: VehicleDetections | None = None
    """Where evidence is kept."""


class RowMaker:
    """Collects the rows of all vehicles, in any order."""

    def __init__(self, geometry: SiteGeometry, rules: SiteRules) -> None:
        self._geometry, self._rules = geometry, rules
        self._vehicles: list[SiteVehicle] = []
        self._visits: list[list[ZoneVisit]] = [[] for _ in geometry.zones]
        self._crossings: list[list[Crossing]] = [[] for _ in geometry.gates]
        self._unconfirmed_tracks_count = 0
        self._travellers: list[Traveller] = []
        self._of_visits: dict[tuple[str, int], Traveller] = {}
        """By zone and row number. Both only of vehicles with detections."""
        self.speedometer = Speedometer.of(geometry.site, rules)
        """None: nothing is calibrated."""

    def add(self, traveller: Traveller) -> None:
        parked = parked_spans(traveller.stops, traveller.first_seen_s, traveller.last_seen_s, self._rules.vehicles)
        if traveller.detections is not None:
            self._travellers.append(traveller)
        for place, (row_no, visits) in traveller.zones.items():
            self._add_visits(place, row_no, traveller.vehicle_type, visits, traveller, parked)
        if traveller.vehicle_id is None:
            self._unconfirmed_tracks_count += traveller.tracks_count
            return
        self._add_vehicle(traveller, traveller.vehicle_id, bool(parked))
        for place, crossings in traveller.gates.items():
            self._add_crossings(place, crossings, traveller, traveller.vehicle_id)

    def add_roi(self, row: RoiRow, traveller: Traveller | None) -> None:
        """The visits of a row of the region of interest; the vehicle is None if it cannot be told."""
        parked = (
            parked_spans(traveller.stops, traveller.first_seen_s, traveller.last_seen_s, self._rules.vehicles)
            if traveller
            else []
        )
        self._add_visits(0, row.row_no, row.vehicle_type, row.visits, traveller, parked)

    def results(self, pictures: AnalysedPictures | None = None) -> SiteResults:
        """All rows in their order, only the types that count; with evidence, if the inferred pictures are given."""
        if self.speedometer is not None:
            self.speedometer.measure()
        zones, gates = self._geometry.zones, self._geometry.gates
        visits = tuple(
            visit
            for (zone, _), rows in zip(zones, self._visits, strict=True)
            for visit in sorted(rows, key=lambda row: (row.row_no, row.visit_no))
            if is_counted(visit.vehicle_type, zone.vehicle_types)
        )
        crossings = (
            crossing
            for (gate, _), rows in zip(gates, self._crossings, strict=True)
            for crossing in with_headways(rows, self._rules.speed)
            if is_counted(crossing.vehicle_type, gate.vehicle_types)
        )
        return SiteResults(
            vehicles=tuple(sorted(self._vehicles, key=lambda row: row.vehicle_id)),
            visits=visits,
            crossings=tuple(crossings),
            unconfirmed_tracks_count=self._unconfirmed_tracks_count,
            evidence=self._evidence(visits, pictures) if pictures is not None else None,
        )

    def _evidence(self, visits: Sequence[ZoneVisit], pictures: AnalysedPictures) -> SiteEvidence:
        visited = {(zone_id, id(traveller)) for (zone_id, _), traveller in self._of_visits.items()}
        unconfirmed = [traveller for traveller in self._travellers if traveller.vehicle_id is None]
        return SiteEvidence(
            visits=tuple(self._visit_evidence(visit, pictures) for visit in visits),
            unconfirmed_tracks={
                zone.zone_id: sum(
                    (zone.zone_id, id(traveller)) not in visited and _was_in(zone, area, traveller)
                    for traveller in unconfirmed
                )
                for zone, area in self._geometry.zones
            },
            pictures_count=len(pictures),
            detections_count=sum(len(traveller.detections or ()) for traveller in self._travellers),
        )

    def _visit_evidence(self, visit: ZoneVisit, pictures: AnalysedPictures) -> VisitEvidence:
        traveller = self._of_visits.get((visit.zone_id, visit.row_no))
        times = VisitTimes(
            visit.zone_id, visit.row_no, visit.visit_no, visit.entered_at_s, visit.left_at_s, visit.exit_reason,
            visit.born_inside,
        )  # fmt: skip
        return visit_evidence(times, traveller.detections if traveller else None, pictures)

    def _add_vehicle(self, traveller: Traveller, vehicle_id: int, is_parked: bool) -> None:
        self._vehicles.append(_vehicle(traveller, vehicle_id, is_parked))
        self._request_mean(0, traveller, traveller.first_seen_s, traveller.last_seen_s, self._vehicles)

    def _request_mean(
        self, place: int, traveller: Traveller | None, since_s: float, until_s: float, rows: list[AnyRow]
    ) -> None:
        """Measure the speed for the newest row."""
        if self.speedometer is not None and traveller is not None and traveller.path is not None:
            anchor = self._geometry.zones[place][0].anchor
            self.speedometer.request_mean(traveller.path, anchor, since_s, until_s, _put_into(rows, len(rows) - 1))

    def _add_visits(
        self,
        place: int,
        row_no: int,
        vehicle_type: str,
        visits: Sequence[ClosedVisit],
        traveller: Traveller | None,
        parked: Sequence[Span],
    ) -> None:
        zone_id = self._geometry.zones[place][0].zone_id
        if traveller is not None and traveller.detections is not None:
            self._of_visits[zone_id, row_no] = traveller
        for visit_no, visit in enumerate(visits, 1):
            since_s, until_s = visit.entered_at_s, visit.left_at_s
            stood = within(traveller.stops, since_s, until_s) if traveller else ()
            standing_s = _length(stood)
            self._visits[place].append(
                ZoneVisit(
                    zone_id=zone_id,
                    row_no=row_no,
                    visit_no=visit_no,
                    vehicle_id=traveller.vehicle_id if traveller else None,
                    vehicle_type=vehicle_type,
                    entered_at_s=since_s,
                    left_at_s=until_s,
                    exit_reason=visit.exit_reason,
                    born_inside=visit.born_inside,
                    moving_s=_whole_us(max(0.0, until_s - since_s - standing_s)),
                    standing_s=standing_s,
                    stops_count=len(stood),
                    is_parked=bool(within(parked, since_s, until_s)),
                    standing_spans_s=stood,
                )
            )
            self._request_mean(place, traveller, since_s, until_s, self._visits[place])

    def _add_crossings(
        self, place: int, crossings: Sequence[GateCrossing], traveller: Traveller, vehicle_id: int
    ) -> None:
        gate, rows = self._geometry.gates[place][0], self._crossings[place]
        for crossing_no, crossing in enumerate(crossings, 1):
            rows.append(
                Crossing(
                    gate_id=gate.gate_id,
                    vehicle_id=vehicle_id,
                    crossing_no=crossing_no,
                    vehicle_type=traveller.vehicle_type,
                    at_s=crossing.at_s,
                    direction="forward" if crossing.sign > 0 else "backward",
                    position=crossing.position,
                )
            )
            if self.speedometer is not None and traveller.path is not None:
                tell = _put_into(rows, len(rows) - 1)
                self.speedometer.request_at(traveller.path, gate.anchor, crossing.at_s, tell)


def _was_in(zone: SiteZone, area: Area, traveller: Traveller) -> bool:
    boxes = traveller.detections.boxes.tolist() if traveller.detections is not None else []
    return any(anchor_of((left, top, right, bottom), zone.anchor) in area for left, top, right, bottom in boxes)


def _vehicle(traveller: Traveller, vehicle_id: int, is_parked: bool) -> SiteVehicle:
    standing_s = _length(traveller.stops)
    return SiteVehicle(
        vehicle_id=vehicle_id,
        vehicle_type=traveller.vehicle_type,
        first_seen_s=traveller.first_seen_s,
        last_seen_s=traveller.last_seen_s,
        moving_s=_whole_us(max(0.0, traveller.last_seen_s - traveller.first_seen_s - standing_s)),
        standing_s=standing_s,
        stops_count=len(traveller.stops),
        is_parked=is_parked,
        end_reason=traveller.end_reason,
    )


def _put_into(rows: list[AnyRow], place: int) -> Callable[[Speed | None], None]:
    def put(speed: Speed | None) -> None:
        if speed is not None:
            rows[place] = replace(rows[place], speed_kmh=speed.kmh, speed_error_kmh=speed.error_kmh)

    return put


def with_headways(crossings: Iterable[Crossing], rules: SpeedRules) -> list[Crossing]:
    """The crossings of one gate in order, with the time since the one before in the same direction.

    Between two vehicles is the headway without the time the first one needs to pass by its whole length.
    """
    before: dict[str, Crossing] = {}
    ordered: list[Crossing] = []
    for crossing in sorted(crossings, key=lambda row: (row.at_s, row.vehicle_id, row.crossing_no)):
        following = crossing
        if (leader := before.get(crossing.direction)) is not None:
            headway_s = crossing.at_s - leader.at_s
            following = replace(crossing, headway_s=headway_s, gap_s=_gap_s(headway_s, leader, rules))
        before[crossing.direction] = following
        ordered.append(following)
    return ordered


def _gap_s(headway_s: float, leader: Crossing, rules: SpeedRules) -> float | None:
    if not leader.speed_kmh:
        return None
    return max(0.0, headway_s - rules.length_m(leader.vehicle_type) / leader.speed_kmh * KMH)


def _length(spans: Iterable[Span]) -> float:
    return _whole_us(sum(end - start for start, end in spans))


def _whole_us(duration_s: float) -> float:
    """Rounded to microseconds, as dwell times are: a difference of times is not exact."""
    return round(duration_s, 6)
